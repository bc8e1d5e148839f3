import { QUERIES, type QueryAnswer, type QueryInput, type QueryName, validate } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import { type AskOptions, QueryBus, type QueryContext, type QueryHandler } from '../../query-bus.port';

type AnyHandler = (input: unknown, context: QueryContext) => Promise<unknown>;

/** A query bus inside one process: a direct call, through JSON. This process owns every partition, so routing plays no part. */
export class InMemoryQueryBus extends QueryBus {
  private readonly logger = new Logger('InMemoryQueryBus');
  private readonly handlers = new Map<QueryName, AnyHandler>();
  private readonly running = new Set<Promise<unknown>>();
  private closed = false;

  override async ask<Name extends QueryName>(query: Name, input: QueryInput<Name>, options: AskOptions): Promise<QueryAnswer<Name>> {
    const handler = this.handlers.get(query);
    if (this.closed) throw new AppError('UNAVAILABLE', { detail: 'The query bus is closed' });
    if (!handler) throw new AppError('UNAVAILABLE', { detail: `Nobody answers ${query}` });
    const received = validate(QUERIES[query].input, throughJson(input));
    const deadline = new AbortController();
    const answering = this.run(query, () => handler(received, { signal: deadline.signal }));
    return (await untilDeadline(answering, options.timeoutMs, deadline)) as QueryAnswer<Name>;
  }

  override answer<Name extends QueryName>(query: Name, handler: QueryHandler<Name>): void {
    if (this.handlers.has(query)) throw new Error(`This process answers ${query} already`);
    this.handlers.set(query, handler as AnyHandler);
  }

  override async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled([...this.running]);
  }

  /** The answer or the error as another process would receive it. */
  private async run(query: QueryName, handle: () => Promise<unknown>): Promise<unknown> {
    // In a later turn: whoever asks never runs the handler's code itself.
    const running = Promise.resolve().then(handle);
    this.running.add(running);
    try {
      return throughJson(await running);
    } catch (error) {
      // Only this side knows the cause: it does not cross.
      if (!(error instanceof AppError)) this.logger.error(`The handler of ${query} failed: ${describe(error)}`);
      throw AppError.fromBody(AppError.from(error).toBody());
    } finally {
      this.running.delete(running);
    }
  }
}

/** Settles as the answer does, or with TIMEOUT at the deadline; then whoever still works is told to stop. */
function untilDeadline(answering: Promise<unknown>, timeoutMs: number, deadline: AbortController): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new AppError('TIMEOUT'));
      deadline.abort();
    }, timeoutMs);
    void answering.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}

/** What is left after a way through JSON. */
function throughJson(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
