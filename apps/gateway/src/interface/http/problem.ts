import { AppError, ERRORS, HTTP_STATUS, type ErrorCode, type FieldError } from '@agent-chat/kernel';
import { HttpException } from '@nestjs/common';

/** RFC 9457 with the catalogue's code. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly errors?: readonly FieldError[];
}

const CODE_OF_STATUS: Partial<Record<number, ErrorCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'NOT_FOUND',
  408: 'TIMEOUT',
  413: 'FRAME_TOO_LARGE',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
  504: 'TIMEOUT',
};

/** The problem that an error is told as. */
export function toProblem(error: AppError): Problem {
  const { category, title, retryable } = ERRORS[error.code];
  return {
    type: `urn:agent-chat:error:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status: HTTP_STATUS[category],
    detail: error.message,
    code: error.code,
    retryable,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(error.retryAfterMs) }),
    ...(error.errors === undefined ? {} : { errors: error.errors }),
  };
}

/** Anything that a route, Nest or a body parser threw as an error of the catalogue; INTERNAL where nobody foresaw it. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const status = statusOf(thrown);
  const code = CODE_OF_STATUS[status] ?? (status >= 400 && status < 500 ? 'MALFORMED_REQUEST' : 'INTERNAL');
  return new AppError(code, { cause: thrown });
}

/** The status that an error of Nest (`HttpException`) or of Express' middleware (`http-errors`) carries; 500 for all others. */
function statusOf(thrown: unknown): number {
  if (thrown instanceof HttpException) return thrown.getStatus();
  // `expose` tells an error that is meant for the caller from one that merely has a status, such as a failed call of ours.
  const { status, expose } = typeof thrown === 'object' && thrown !== null ? (thrown as { status?: unknown; expose?: unknown }) : {};
  return typeof status === 'number' && expose === true ? status : 500;
}
