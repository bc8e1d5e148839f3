import { type LogEvent, type QueryAnswer } from '@agent-chat/contracts';
import { type QueryBus } from '@agent-chat/query-bus';
import { type EventPlace } from './dead-events';

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

  /** The event at a place, or `undefined` if the log has none there. */
  async at({ partition, position }: EventPlace): Promise<LogEvent | undefined> {
    const page = { partition, afterPosition: position - 1, limit: 1 };
    const { events } = await this.queries.ask('partition.events', page, { timeoutMs: this.timeoutMs });
    return events.find((event) => event.position === position);
  }
}
