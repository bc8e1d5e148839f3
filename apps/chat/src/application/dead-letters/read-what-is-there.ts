import { type DeadLetter } from '@agent-chat/contracts';
import { DatabaseError } from '@agent-chat/database';
import { AppError } from '@agent-chat/kernel';
import { setTimeout as delay } from 'node:timers/promises';
import { type LetterList } from './dead-letter-shelf';

/** A place where letters lie. */
export interface LetterSource {
  readonly name: string;
  readonly read: () => Promise<readonly DeadLetter[]>;
}

/** An operator who looks for the damage of an outage is answered while it lasts. */
const LONGEST_READ_MS = 2_000;

/** Reads every place at once; one that is away, or takes too long, is named instead. */
export async function readWhatIsThere(sources: readonly LetterSource[], longestMs = LONGEST_READ_MS): Promise<LetterList> {
  const found = await Promise.all(sources.map(async ({ name, read }) => ({ name, letters: await inTime(read(), longestMs) })));
  return {
    letters: found.flatMap(({ letters }) => letters ?? []),
    missing: found.filter(({ letters }) => letters === undefined).map(({ name }) => name),
  };
}

async function inTime<Result>(reading: Promise<Result>, longestMs: number): Promise<Result | undefined> {
  const done = new AbortController();
  const tooLate = delay(longestMs, undefined, { signal: done.signal }).catch(() => undefined);
  try {
    return await Promise.race([reading, tooLate]);
  } catch (error) {
    if (isAway(error)) return undefined;
    throw error;
  } finally {
    done.abort();
  }
}

function isAway(error: unknown): boolean {
  return error instanceof DatabaseError ? error.kind === 'outage' : error instanceof AppError && error.retryable;
}
