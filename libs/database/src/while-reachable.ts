import { AppError } from '@agent-chat/kernel';
import { DatabaseError } from './database-error';

const RETRY_AFTER_MS = 1_000;

/** What the work resolves with; a database that is away becomes UNAVAILABLE, which the caller may try again. Every other rejection passes. */
export async function whileReachable<Result>(work: Promise<Result>, detail = 'The database that has this cannot be reached now'): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.kind !== 'outage') throw error;
    throw new AppError('UNAVAILABLE', { detail, retryAfterMs: RETRY_AFTER_MS, cause: error });
  }
}
