import { AppError } from '@agent-chat/kernel';

/** Which messages a page holds: the newest `older` below `below`, and the oldest `newer` above `above`. */
export interface HistoryWindow {
  readonly below: number;
  readonly older: number;
  readonly above: number;
  readonly newer: number;
}

export interface HistoryPlace {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  /** Resolved to a seq. */
  readonly around?: number | undefined;
}

const END = Number.MAX_SAFE_INTEGER;

/** The window that a question means; without a place, the newest messages. VALIDATION_FAILED for more than one place. */
export function historyWindow({ before, after, around }: HistoryPlace, limit: number): HistoryWindow {
  if ([before, after, around].filter((place) => place !== undefined).length > 1) {
    throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'before', message: 'only one of before, after and around may be given' }] });
  }
  if (after !== undefined) return { below: 0, older: 0, above: after, newer: limit };
  if (around === undefined) return { below: before ?? END, older: limit, above: END, newer: 0 };
  // The message itself, if it is there, belongs to the older half.
  const older = Math.ceil(limit / 2);
  return { below: Math.min(around + 1, END), older, above: around, newer: limit - older };
}

/** Of the texts in one page, as JSON. */
const PAGE_BYTES = 1_000_000;

/** How much of that each direction may take; the first message of it may be longer. */
export function maxBytesOfHalf({ older, newer }: HistoryWindow): number {
  return older > 0 && newer > 0 ? PAGE_BYTES / 2 : PAGE_BYTES;
}
