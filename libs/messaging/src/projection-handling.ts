import { type LogEvent } from '@agent-chat/contracts';
import { DatabaseError } from '@agent-chat/database';
import { AppError, groupBy } from '@agent-chat/kernel';
import { DeadEvents, type EventPlace } from './dead-events';
import { type DeadEventHandling, type EventHandling } from './event-handling';
import { EventPositions } from './event-positions';
import { PositionMovedError } from './position-moved-error';
import { type AfterCommit, type Projection } from './projection';

/** So many events without an effect may be passed over again after a restart. */
const MAX_PASSED_OVER = 1_000;

/** Applies a projection batch by batch, each in one transaction with its position. */
export class ProjectionHandling implements EventHandling, DeadEventHandling {
  private readonly positions: EventPositions;
  private readonly dead: DeadEvents;
  /** Stored positions, by partition, that lie behind what was handled because nothing since then had an effect. */
  private readonly stored = new Map<number, number>();
  /** What the database has said that it stored, by partition. */
  private readonly committed = new Map<number, number>();

  constructor(
    private readonly projection: Projection,
    private readonly onError: (error: unknown, event: LogEvent) => void,
  ) {
    this.positions = new EventPositions(projection.group);
    this.dead = new DeadEvents(projection.group);
  }

  async position(partition: number): Promise<number> {
    this.stored.delete(partition);
    const position = await this.positions.load(this.projection.database(partition), partition);
    this.committed.set(partition, position);
    return position;
  }

  async forgotten(partitions: readonly number[]): Promise<number[]> {
    if (this.projection.mayForget !== true) return [];
    const known = new Map(this.committed);
    const places = groupBy(partitions, (partition) => this.projection.database(partition));
    const found = await Promise.all([...places].map(([database, own]) => this.positions.loadAll(database, own)));
    const stored = new Map(found.flatMap((positions) => [...positions]));
    return partitions.filter((partition) => (stored.get(partition) ?? 0) < (known.get(partition) ?? 0));
  }

  async handle(events: readonly LogEvent[], previous: number): Promise<void> {
    const last = events[events.length - 1];
    if (last === undefined) return;
    if (this.passOver(events, last, previous)) return;
    try {
      await this.commit(events, last, this.stored.get(last.partition) ?? previous);
      this.stored.delete(last.partition);
    } catch (error) {
      if (isOutage(error)) throw error;
      if (events.length === 1) return this.bury(last, previous, error);
      const middle = Math.ceil(events.length / 2);
      await this.handle(events.slice(0, middle), previous);
      await this.handle(events.slice(middle), events[middle - 1]?.position ?? previous);
    }
  }

  async asked(partitions: readonly number[]): Promise<EventPlace[]> {
    const places = groupBy(partitions, (partition) => this.projection.database(partition));
    return (await Promise.all([...places].map(([database, own]) => this.dead.asked(database, own)))).flat();
  }

  /** The effect and the end of the dead letter are one transaction: an event counts once, however often it is asked for. */
  async replay(place: EventPlace, event: LogEvent | undefined): Promise<void> {
    const database = this.projection.database(place.partition);
    try {
      if (event === undefined) throw new Error('The log has no such event any more');
      const after = await database.transaction(async (connection) =>
        (await this.dead.take(connection, place)) ? this.projection.apply(connection, [event]) : undefined,
      );
      if (after !== undefined) await this.finish(after, event);
    } catch (error) {
      if (isOutage(error)) throw error;
      await this.dead.leave(database, place, error);
    }
  }

  /** Whether nothing here has an effect: then the stored position moves with the next that has one, or once enough was passed over. */
  private passOver(events: readonly LogEvent[], last: LogEvent, previous: number): boolean {
    const { projection } = this;
    if (projection.concerns === undefined || events.some((event) => projection.concerns?.(event) === true)) return false;
    const stored = this.stored.get(last.partition) ?? previous;
    if (last.position - stored >= MAX_PASSED_OVER) return false;
    this.stored.set(last.partition, stored);
    return true;
  }

  private async commit(events: readonly LogEvent[], last: LogEvent, previous: number): Promise<void> {
    const after = await this.projection.database(last.partition).transaction(async (connection) => {
      // First, so that whoever resets the projection waits here and not in the middle of its rows.
      const { mayForget = false } = this.projection;
      await this.positions.move(connection, previous, last, mayForget ? 'unflushed' : 'flushed');
      const follows = await this.projection.apply(connection, events);
      // What follows cannot be taken back, should the server forget this commit.
      if (mayForget && follows !== undefined) await this.positions.flush(connection);
      return follows;
    });
    this.committed.set(last.partition, last.position);
    if (after !== undefined) await this.finish(after, last);
  }

  private async finish(after: AfterCommit, last: LogEvent): Promise<void> {
    try {
      await after();
    } catch (error) {
      this.onError(error, last);
    }
  }

  private async bury(event: LogEvent, previous: number, cause: unknown): Promise<void> {
    await this.projection.database(event.partition).transaction(async (connection) => {
      await this.positions.move(connection, this.stored.get(event.partition) ?? previous, event);
      await this.dead.bury(connection, event, cause);
    });
    this.stored.delete(event.partition);
    this.onError(cause, event);
  }
}

/** Whether trying again may help, so that no event is to blame (P16, P20). */
function isOutage(error: unknown): boolean {
  if (error instanceof PositionMovedError) return true;
  if (error instanceof DatabaseError) return error.kind !== 'data';
  return error instanceof AppError && error.retryable;
}
