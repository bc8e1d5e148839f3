import { AppError } from '@agent-chat/kernel';

const RETRY_AFTER_MS = 1_000;

/** How a question stayed without an answer: `refused`, it certainly reached nobody; `lost`, the connection broke after it left; `late`, the deadline came first. */
export type UnansweredReason = 'refused' | 'lost' | 'late';

/** Nobody answered. */
export class UnansweredError extends Error {
  constructor(
    readonly reason: UnansweredReason,
    readonly address: string,
    cause?: unknown,
  ) {
    super(`${address}: ${reason}`, { cause });
    this.name = 'UnansweredError';
  }

  /** As the caller is told. What may have been received is never called UNAVAILABLE. */
  toAppError(): AppError {
    // A breaker that refuses says best when to come again.
    if (this.cause instanceof AppError) return this.cause;
    if (this.reason === 'refused') return new AppError('UNAVAILABLE', { detail: 'The service cannot be reached', retryAfterMs: RETRY_AFTER_MS, cause: this });
    return new AppError('TIMEOUT', { cause: this });
  }
}
