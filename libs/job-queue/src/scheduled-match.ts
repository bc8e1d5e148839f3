import { parseExpression } from 'cron-parser';
import { v5 as uuidV5 } from 'uuid';

/** Namespace of scheduled jobs' ids. Never change it: it is what keeps a match from being enqueued twice. */
const SCHEDULED_JOB_NAMESPACE = '5a1a6c0e-0f0a-5b0e-9a51-6f1f6f2b7c11';

/** A match that was missed by more than this is left out. */
export const CATCH_UP_MS = 5 * 60_000;

/** The id of the job that a match of a schedule makes: the same in every process. */
export function scheduledJobId(kind: string, matchMs: number): string {
  return uuidV5(`${kind}@${String(matchMs)}`, SCHEDULED_JOB_NAMESPACE);
}

/** The last match at or before an instant, UTC. Throws for what is not a five-field cron expression. */
export function newestMatchMs(cron: string, nowMs: number): number {
  if (cron.trim().split(/\s+/).length !== 5) throw new RangeError(`Not a cron expression of five fields: ${cron}`);
  // `prev()` looks strictly before the date it is given.
  return parseExpression(cron, { currentDate: new Date(nowMs + 1), tz: 'UTC' })
    .prev()
    .getTime();
}
