import { type Reply } from './query-client';
import { UnansweredError } from './unanswered.error';

/** How one attempt to get an answer went. */
export type Attempt = Reply | UnansweredError;

/** What the asking resolves with, silence included. */
export async function attempted(asking: Promise<Reply>): Promise<Attempt> {
  return asking.catch((error: unknown) => {
    if (error instanceof UnansweredError) return error;
    throw error;
  });
}

/** Whether no handler has answered and there is time left: another process may. */
export function deservesAnother(attempt: Attempt): boolean {
  return attempt instanceof UnansweredError ? attempt.reason !== 'late' : attempt.declined !== undefined;
}

/** Whether the question may have been received all the same. */
export function isLost(attempt: Attempt): boolean {
  return attempt instanceof UnansweredError && attempt.reason === 'lost';
}

/** The reply; throws silence. */
export function settle(attempt: Attempt): Reply {
  if (attempt instanceof UnansweredError) throw attempt;
  return attempt;
}

/** The outcome of two attempts. After one that may have been received, silence never means "certainly not". */
export function settleSecond(first: Attempt, second: Attempt): Reply {
  return settle(isLost(first) && second instanceof UnansweredError ? first : second);
}
