import { DatabaseError } from '@agent-chat/database';
import { AppError } from '@agent-chat/kernel';
import { setTimeout as delay } from 'node:timers/promises';

/** A place where something is read, with the name that people know it by. */
export interface Source<Item> {
  readonly name: string;
  readonly read: () => Promise<readonly Item[]>;
}

/** What could be read, and the names of the places that could not. */
export interface Found<Item> {
  readonly items: Item[];
  readonly missing: string[];
}

/** An operator who looks for the damage of an outage is answered while it lasts. */
const LONGEST_READ_MS = 2_000;

/** Reads every place at once; one that is away, or takes too long, is named instead. */
export async function readWhatIsThere<Item>(sources: readonly Source<Item>[], longestMs = LONGEST_READ_MS): Promise<Found<Item>> {
  const found = await Promise.all(sources.map(async ({ name, read }) => ({ name, items: await inTime(read(), longestMs) })));
  return {
    items: found.flatMap(({ items }) => items ?? []),
    missing: found.filter(({ items }) => items === undefined).map(({ name }) => name),
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
