import { ERRORS, type ErrorCode } from './error-catalogue';

/** One field that is wrong: `path` in dots from the body's root, `message` for a person. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** What may accompany a code. */
export interface ErrorDetails {
  /** What exactly happened in this case, for a person. Defaults to the code's title. Never holds secrets or the caller's input. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** An error as it crosses a process or a wire. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly errors?: readonly FieldError[];
}

/** The only error that the system throws on purpose: a code of the catalogue with its details. */
export class AppError extends Error {
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: ErrorCode,
    details: ErrorDetails = {},
  ) {
    super(details.detail ?? ERRORS[code].title, { cause: details.cause });
    this.name = 'AppError';
    this.errors = details.errors;
    this.retryAfterMs = details.retryAfterMs;
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }

  /** The error as it is sent; holds neither the cause nor the stack. */
  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    };
  }

  /** The error that a received body stands for; an unknown code becomes `INTERNAL`. */
  static fromBody(body: ErrorBody): AppError {
    const known = body.code in ERRORS;
    return new AppError(known ? body.code : 'INTERNAL', {
      detail: body.message,
      ...(body.errors === undefined ? {} : { errors: body.errors }),
      ...(body.retryAfterMs === undefined ? {} : { retryAfterMs: body.retryAfterMs }),
    });
  }

  /** Any thrown value as an `AppError`: itself, or `INTERNAL` with it as the cause. Never throws. */
  static from(thrown: unknown): AppError {
    return thrown instanceof AppError ? thrown : new AppError('INTERNAL', { cause: thrown });
  }
}
