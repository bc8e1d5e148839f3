/** Bounds of a back-off. */
export interface BackoffOptions {
  /** Upper bound of the first delay. */
  readonly baseMs: number;
  /** Upper bound of any delay. */
  readonly capMs: number;
}

/**
 * Full-jitter exponential back-off: a uniformly random part of min(cap, base * 2^attempt), so that many clients that lost the same server
 * come back spread out. `attempt` counts from 0; a `retryAfterMs` by the server comes first and the jitter on top.
 */
export function backoffMs(attempt: number, options: BackoffOptions, random: () => number, retryAfterMs = 0): number {
  const bound = Math.min(options.capMs, options.baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(retryAfterMs + random() * bound);
}
