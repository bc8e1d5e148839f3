import { type QueryName } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { readText, textOf } from '../json-text';
import { NotTheOwnerError } from '../not-the-owner.error';
import { type QueryHandlers } from '../query-handlers';
import { untilDeadline } from './until-deadline';

/** Told of a handler that failed with what no caller may see. */
export type HandlerFailure = (query: string, error: unknown, requestId?: string) => void;

/** Asks a handler of this process as another process would: through JSON, and until the deadline. The answer is the text that would travel. */
export async function callLocally(
  handlers: QueryHandlers,
  query: QueryName,
  input: unknown,
  timeoutMs: number,
  onFailure: HandlerFailure,
): Promise<string | undefined> {
  const deadline = new AbortController();
  const answering = answer(handlers, query, input, deadline.signal, onFailure);
  return untilDeadline(answering, timeoutMs, deadline);
}

/** The answer or the error as another process would receive it. */
async function answer(handlers: QueryHandlers, query: QueryName, input: unknown, signal: AbortSignal, onFailure: HandlerFailure): Promise<string | undefined> {
  try {
    return textOf(await handlers.run(query, readText(textOf(input)), signal));
  } catch (error) {
    // Only this side knows the cause: it does not cross.
    if (!(error instanceof AppError)) onFailure(query, error);
    if (error instanceof NotTheOwnerError) throw error;
    throw AppError.fromBody(AppError.from(error).toBody());
  }
}
