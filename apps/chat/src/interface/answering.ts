import { type QueryAnswer, type QueryInput, type QueryName } from '@agent-chat/contracts';
import { DatabaseError } from '@agent-chat/database';
import { AppError } from '@agent-chat/kernel';
import { type QueryBus } from '@agent-chat/query-bus';

/** Answers a query with a reader; a database that is away becomes UNAVAILABLE, which the asker may try again. */
export function answering<Name extends QueryName>(bus: QueryBus, query: Name, read: (input: QueryInput<Name>) => Promise<QueryAnswer<Name>>): void {
  bus.answer(query, async (input) => {
    try {
      return await read(input);
    } catch (error) {
      if (error instanceof DatabaseError && error.kind === 'outage') throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000, cause: error });
      throw error;
    }
  });
}
