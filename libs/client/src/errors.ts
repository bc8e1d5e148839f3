/** One field that is wrong: `path` in dots from the body's root, `message` for a person. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** What an error carries besides its code. */
export interface AgentChatErrorDetails {
  readonly message?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly status?: number | undefined;
  readonly cause?: unknown;
}

const RETRYABLE = new Set(['NETWORK_ERROR', 'TIMEOUT', 'UNAVAILABLE', 'RATE_LIMITED', 'DRAINING', 'SLOW_CONSUMER']);

/**
 * The only error that the SDK rejects with. `code` is one of the server's (`ROOM_NOT_FOUND`, `VALIDATION_FAILED`, ...) or one of the
 * SDK's own: `NETWORK_ERROR` (no answer; retryable), `SIGNED_OUT` (no session, or it has ended), `CLOSED` (`disconnect` or `close` was called),
 * `CANCELLED` (the upload was cancelled), `DISCARDED` (the message was discarded; one that was under way may be stored), `ALREADY_SUBSCRIBED` (the room is followed from another cursor),
 * `TOKEN_PROVIDER` (accounts are kept elsewhere).
 */
export class AgentChatError extends Error {
  /** Whether the same call, with the same key, may succeed later without a change by the caller. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** What is wrong, field by field; empty unless the code is VALIDATION_FAILED. */
  readonly errors: readonly FieldError[];
  /** The HTTP status, when the answer came over HTTP. */
  readonly status: number | undefined;

  constructor(
    readonly code: string,
    details: AgentChatErrorDetails = {},
  ) {
    super(details.message ?? code, { cause: details.cause });
    this.name = 'AgentChatError';
    this.retryable = details.retryable ?? RETRYABLE.has(code);
    this.retryAfterMs = details.retryAfterMs;
    this.errors = details.errors ?? [];
    this.status = details.status;
  }

  /** The error in a received body: a socket's `{ code, message, ... }` or a problem+json. */
  static fromBody(body: unknown, status?: number): AgentChatError {
    const { code, message, detail, title, retryable, retryAfterMs, errors } = (typeof body === 'object' && body !== null ? body : {}) as Record<
      string,
      unknown
    >;
    return new AgentChatError(typeof code === 'string' ? code : codeOf(status), {
      message: [message, detail, title].find((text) => typeof text === 'string'),
      retryable: typeof retryable === 'boolean' ? retryable : undefined,
      retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
      errors: Array.isArray(errors) ? (errors as FieldError[]) : undefined,
      status,
    });
  }

  /** The same with what the answer's headers say. */
  withRetryAfterMs(retryAfterMs: number | undefined): AgentChatError {
    const { code, message, retryable, errors, status, cause } = this;
    return new AgentChatError(code, { message, retryable, errors, status, cause, retryAfterMs: this.retryAfterMs ?? retryAfterMs });
  }

  /** Any thrown value as an `AgentChatError`. Never throws. */
  static from(thrown: unknown): AgentChatError {
    if (thrown instanceof AgentChatError) return thrown;
    return new AgentChatError('INTERNAL', { message: thrown instanceof Error ? thrown.message : String(thrown), cause: thrown });
  }
}

/** What an answer without a body of ours (a proxy's) means. */
function codeOf(status = 0): string {
  if (status === 429) return 'RATE_LIMITED';
  if (status === 504) return 'TIMEOUT';
  if (status === 502 || status === 503) return 'UNAVAILABLE';
  if (status === 401) return 'UNAUTHENTICATED';
  return status === 404 ? 'NOT_FOUND' : 'INTERNAL';
}
