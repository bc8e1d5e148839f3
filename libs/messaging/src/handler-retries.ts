import { setTimeout as delay } from 'node:timers/promises';
import { type LogEvent } from '@agent-chat/contracts';
import { type PhysicalDatabase } from '@agent-chat/database';
import { DeadEvents, type EventPlace } from './dead-events';
import { type DeadEventHandling, type EventHandling } from './event-handling';
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

interface Failure {
  readonly cause: unknown;
}

/** Calls handlers event by event, each until it succeeds or its tries are used up; then the event is dead-lettered (P20). At least once. */
export class HandlerRetries implements EventHandling, DeadEventHandling {
  private readonly positions: EventPositions;
  private readonly dead: DeadEvents;

  constructor(private readonly options: HandlerRetriesOptions) {
    this.positions = new EventPositions(options.group);
    this.dead = new DeadEvents(options.group);
  }

  position(partition: number): Promise<number> {
    return this.positions.load(this.options.database, partition);
  }

  async handle(events: readonly LogEvent[], previous: number): Promise<void> {
    const { database, onBuried } = this.options;
    for (const event of events) {
      for (const failure of await this.attemptAll(event)) {
        await this.dead.bury(database, event, failure.cause);
        onBuried(failure.cause, event);
      }
    }
    const last = events[events.length - 1];
    if (last !== undefined) await this.positions.move(database, previous, last);
  }

  asked(partitions: readonly number[]): Promise<EventPlace[]> {
    return this.dead.asked(this.options.database, partitions);
  }

  async replay(place: EventPlace, event: LogEvent | undefined): Promise<void> {
    const { database } = this.options;
    const [failure] = event === undefined ? [{ cause: new Error('The log has no such event any more') }] : await this.attemptAll(event);
    if (failure === undefined) await this.dead.take(database, place);
    else await this.dead.leave(database, place, failure.cause);
  }

  /** Each handler of the event's type; answers what failed. */
  private async attemptAll(event: LogEvent): Promise<Failure[]> {
    const failures: Failure[] = [];
    for (const handler of this.options.handlers.get(event.event.type) ?? []) {
      const failure = await this.attempt(handler, event);
      if (failure !== undefined) failures.push(failure);
    }
    return failures;
  }

  private async attempt(handler: EventHandler, event: LogEvent): Promise<Failure | undefined> {
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
