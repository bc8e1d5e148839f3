import { type QueryAnswer } from '@agent-chat/contracts';
import { type QueryBus } from '@agent-chat/query-bus';

/** Where consumers read what they missed: the log in Postgres, which is the truth (P18, P19). */
export class EventSource {
  constructor(
    private readonly queries: QueryBus,
    private readonly pageSize = 500,
    private readonly timeoutMs = 10_000,
  ) {}

  after(partition: number, position: number): Promise<QueryAnswer<'partition.events'>> {
    return this.queries.ask('partition.events', { partition, afterPosition: position, limit: this.pageSize }, { timeoutMs: this.timeoutMs });
  }
}
