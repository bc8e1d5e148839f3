import { setTimeout as delay } from 'node:timers/promises';
import { type LogEvent } from '@agent-chat/contracts';
import { type PhysicalDatabase } from '@agent-chat/database';
import { type EventHandling } from './event-handling';
import { EventPositions } from './event-positions';

/** Handles one event; what it rejects with fails the event. */
export type EventHandler = (event: LogEvent) => Promise<void>;

export interface HandlerRetriesOptions {
  readonly group: string;
  readonly database: PhysicalDatabase;
  /** By event type. */
  readonly handlers: ReadonlyMap<string, readonly EventHandler[]>;
  /** Pauses before the second and each further try, in milliseconds. */
  readonly retryDelaysMs: readonly number[];
  readonly onBuried: (error: unknown, event: LogEvent) => void;
}

/** Calls handlers event by event, each until it succeeds or its tries are used up; then the event is dead-lettered (P20). At least once. */
export class HandlerRetries implements EventHandling {
  private readonly positions: EventPositions;

  constructor(private readonly options: HandlerRetriesOptions) {
    this.positions = new EventPositions(options.group);
  }

  position(partition: number): Promise<number> {
    return this.positions.load(this.options.database, partition);
  }

  async handle(events: readonly LogEvent[], previous: number): Promise<void> {
    const { handlers, database, onBuried } = this.options;
    for (const event of events) {
      for (const handler of handlers.get(event.event.type) ?? []) {
        const failure = await this.attempt(handler, event);
        if (failure === undefined) continue;
        await this.positions.bury(database, event, failure.cause);
        onBuried(failure.cause, event);
      }
    }
    const last = events[events.length - 1];
    if (last !== undefined) await this.positions.move(database, previous, last);
  }

  private async attempt(handler: EventHandler, event: LogEvent): Promise<{ readonly cause: unknown } | undefined> {
    for (const pauseMs of [...this.options.retryDelaysMs, undefined]) {
      try {
        await handler(event);
        return undefined;
      } catch (cause) {
        if (pauseMs === undefined) return { cause };
        await delay(pauseMs, undefined, { ref: false });
      }
    }
    return undefined;
  }
}
