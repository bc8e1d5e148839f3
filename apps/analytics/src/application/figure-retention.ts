import { MINUTE_FIGURE_DAYS } from '@agent-chat/contracts';
import { type Clock } from '@agent-chat/kernel';

const DAY_MS = 86_400_000;

/** The beginning of the first day (UTC) whose figures are kept by minute. Whole days, so that a day is either known in full, or as a sum alone. */
export function oldestMinute(clock: Clock): string {
  return new Date(Math.floor(clock.nowMs() / DAY_MS) * DAY_MS - MINUTE_FIGURE_DAYS * DAY_MS).toISOString();
}
