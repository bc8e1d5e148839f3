import { QUERIES, type QueryName, validate } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { type QueryContext, type QueryHandler } from './query-bus.port';

type AnyHandler = (input: unknown, context: QueryContext) => Promise<unknown>;

/** The queries that this process answers, and the answers under way. */
export class QueryHandlers {
  private readonly handlers = new Map<string, AnyHandler>();
  private readonly running = new Set<Promise<unknown>>();
  private closed = false;

  get isClosed(): boolean {
    return this.closed;
  }

  /** Throws if the query has a handler already. */
  add<Name extends QueryName>(query: Name, handler: QueryHandler<Name>): void {
    if (this.handlers.has(query)) throw new Error(`This process answers ${query} already`);
    this.handlers.set(query, handler as AnyHandler);
  }

  has(query: string): query is QueryName {
    return this.handlers.has(query);
  }

  /** What the handler resolves or rejects with. Rejects with UNAVAILABLE when closed or without one, VALIDATION_FAILED for wrong input. */
  async run(query: QueryName, input: unknown, signal: AbortSignal): Promise<unknown> {
    const handler = this.handlers.get(query);
    if (this.closed) throw new AppError('UNAVAILABLE', { detail: 'The query bus is closed' });
    if (!handler) throw new AppError('UNAVAILABLE', { detail: `Nobody answers ${query}` });
    const received = validate(QUERIES[query].input, input);
    // In a later turn: whoever asks never runs the handler's code itself.
    const running = Promise.resolve().then(() => handler(received, { signal }));
    this.running.add(running);
    try {
      return await running;
    } finally {
      this.running.delete(running);
    }
  }

  /** Refuses what comes from now on, and waits for what runs. Safe to call twice. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled([...this.running]);
  }
}
