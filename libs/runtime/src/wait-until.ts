import { setTimeout as delay } from 'node:timers/promises';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 3_000;

export interface WaitUntilOptions {
  /** In words for the operator, why it is tried again; undefined for a failure that no waiting mends. */
  readonly reasonToWait: (error: unknown) => string | undefined;
  readonly onWaiting: (line: string) => void;
}

/** Tries until it works, with growing pauses. Rejects with the first failure that no waiting mends. */
export async function waitUntil<Result>(attempt: () => Promise<Result>, { reasonToWait, onWaiting }: WaitUntilOptions): Promise<Result> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      const reason = reasonToWait(error);
      if (reason === undefined) throw error;
      onWaiting(reason);
      await delay(Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS));
    }
  }
}
