import { type QueryAnswer, type QueryInput, type QueryName } from '@agent-chat/contracts';
import { Logger } from '@nestjs/common';
import { type AskOptions, QueryBus, type QueryHandler } from '../../query-bus.port';
import { readText } from '../../json-text';
import { QueryHandlers } from '../../query-handlers';
import { callLocally } from '../local-call';

/** A query bus inside one process: a direct call, through JSON. This process owns every partition, so routing plays no part. */
export class InMemoryQueryBus extends QueryBus {
  private readonly logger = new Logger('InMemoryQueryBus');
  private readonly handlers = new QueryHandlers();

  override async ask<Name extends QueryName>(query: Name, input: QueryInput<Name>, options: AskOptions): Promise<QueryAnswer<Name>> {
    return readText(await this.call(query, input, options)) as QueryAnswer<Name>;
  }

  override async askText<Name extends QueryName>(query: Name, input: QueryInput<Name>, options: AskOptions): Promise<string> {
    return (await this.call(query, input, options)) ?? '';
  }

  override answer<Name extends QueryName>(query: Name, handler: QueryHandler<Name>): void {
    this.handlers.add(query, handler);
  }

  override async close(): Promise<void> {
    await this.handlers.close();
  }

  private async call<Name extends QueryName>(query: Name, input: QueryInput<Name>, { timeoutMs }: AskOptions): Promise<string | undefined> {
    return callLocally(this.handlers, query, input, timeoutMs, (failed, error) => {
      this.logger.error(`The handler of ${failed} failed: ${describe(error)}`);
    });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
