import { AppError, ERRORS, type ErrorCategory } from '@agent-chat/kernel';

/** When a breaker opens, and how much it lets through. */
export interface BreakerOptions {
  /** Opens after this many failures in `windowMs`, unless as many calls succeeded. */
  readonly failures: number;
  readonly windowMs: number;
  /** How long it stays open before one trial call decides. */
  readonly pauseMs: number;
  /** How many calls may be under way at once; further ones are refused, so that one slow dependency never holds everything (a bulkhead). */
  readonly capacity: number;
  /** After this a call counts as failed; absent where calls have deadlines of their own. What runs is not stopped by it. */
  readonly timeoutMs?: number;
  /** Whether an error says that the dependency doesn't work. */
  readonly isFailure: (error: unknown) => boolean;
}

const OUTAGES: ReadonlySet<ErrorCategory> = new Set(['unavailable', 'timeout', 'internal']);

/** An answer that the caller doesn't like, such as "not found", is an answer all the same. */
function isOutage(error: unknown): boolean {
  return !(error instanceof AppError) || OUTAGES.has(ERRORS[error.code].category);
}

export const DEFAULT_BREAKER_OPTIONS: BreakerOptions = { failures: 5, windowMs: 10_000, pauseMs: 5_000, capacity: 200, isFailure: isOutage };
