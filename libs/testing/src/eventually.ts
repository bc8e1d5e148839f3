import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** How long to go on asking, in real milliseconds. */
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/** Asks again until the assertion holds, and answers what it answered; past the deadline, rejects with its last failure. */
export async function eventually<Result>(
  assertion: () => Result | Promise<Result>,
  { timeoutMs = 5_000, intervalMs = 10 }: EventuallyOptions = {},
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
      await delay(intervalMs);
    }
  }
}
