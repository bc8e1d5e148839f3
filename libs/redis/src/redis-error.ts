import { AppError } from '@agent-chat/kernel';

/** How ioredis words that a command never left. */
const NOT_SENT = ["Stream isn't writeable and enableOfflineQueue options is false", "Cluster isn't ready and enableOfflineQueue options is false"];

/** Whether the command that failed with this error, or with what `unavailable` made of it, certainly had no effect: it was never sent, or Redis refused it. */
export function hadNoEffect(failure: unknown): boolean {
  const error = failure instanceof AppError ? failure.cause : failure;
  return error instanceof Error && (error.name === 'ReplyError' || NOT_SENT.includes(error.message));
}

/** UNAVAILABLE for whatever Redis or the way there said. */
export function unavailable(error: unknown): AppError {
  return error instanceof AppError ? error : new AppError('UNAVAILABLE', { detail: 'Redis cannot be reached', cause: error });
}
