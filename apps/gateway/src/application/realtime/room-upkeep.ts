import { type EventGroup, MAX_EVENTS_PER_PAGE } from '@agent-chat/contracts';
import { AppError, type Cursor, formatCursor, parseCursor, type RoomId, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { groupEvents, timeOf } from '../../domain/event-groups';
import { type EndReason } from '../../domain/subscription';
import { Observations } from '../figures/observations';
import { type RoomSubscription } from './connection';
import { DeliveryQueue } from './delivery-queue';
import { type LocalRoom, type RoomNeeds } from './local-room';
import { RealtimeMetrics } from './realtime-metrics';

const QUERY_TIMEOUT_MS = 5_000;
const PAGE_BYTES = 1024 * 1024;
/** How long frames that should be on their way are waited for before the log is read (P24). */
const LATE_MS = 200;
const RETRY_MS = 1_000;
const DECIDE_ATTEMPTS = 5;
const USERS_PER_QUERY = 10_000;

/** Answers what local rooms need: missing events, who may read, newer snapshots. */
@Injectable()
export class RoomUpkeep implements RoomNeeds {
  private readonly logger = new Logger(RoomUpkeep.name);
  private readonly repairing = new Set<LocalRoom>();

  constructor(
    private readonly queries: QueryBus,
    private readonly deliveries: DeliveryQueue,
    private readonly metrics: RealtimeMetrics,
    private readonly observations: Observations,
  ) {}

  repair(room: LocalRoom): void {
    if (this.repairing.has(room)) return;
    this.repairing.add(room);
    this.repairUntilWhole(room)
      .catch((error: unknown) => this.logger.error({ err: error }, `Room ${room.roomId} can't be repaired`))
      .finally(() => this.repairing.delete(room));
  }

  decideReaders(room: LocalRoom, userIds: ReadonlySet<string>): void {
    this.readersAmong(room.roomId, [...userIds] as UserId[])
      .catch((error: unknown) => {
        // Nobody reads on what may be private: they subscribe again.
        this.logger.error({ err: error }, `Nobody could tell who may read room ${room.roomId}`);
        return new Set<string>();
      })
      .then((allowed) => {
        room.decide(allowed);
        this.deliver(room);
      })
      .catch((error: unknown) => this.logger.error({ err: error }, `Room ${room.roomId} failed`));
  }

  reopen(room: LocalRoom, subscription: RoomSubscription): void {
    this.newerSnapshot(room, subscription).catch((error: unknown) => {
      this.logger.warn({ err: error }, `A subscription to ${room.roomId} could not catch up`);
      room.feed.refuse(subscription, 'overtaken');
    });
  }

  delivered(events: number): void {
    this.metrics.deliveries.inc(events);
  }

  arrived({ events }: EventGroup): void {
    // The oldest of them says how long the slowest took.
    const [first] = events;
    if (first !== undefined) this.observations.delivered(events.length, timeOf(first));
  }

  ended(reason: EndReason): void {
    this.metrics.resyncs.inc({ reason });
  }

  failed(room: LocalRoom, error: unknown): void {
    this.logger.error({ err: error }, `A delivery in room ${room.roomId} failed`);
  }

  private async repairUntilWhole(room: LocalRoom): Promise<void> {
    if (!room.feed.stream.hasGap) await delay(LATE_MS, undefined, { ref: false });
    while (room.feed.stream.behind && !room.feed.isEmpty) {
      const { cursor } = room;
      if (cursor === undefined) return;
      try {
        await this.fetchAfter(room, cursor);
        // Nothing came of it: asking again at once would only ask faster.
        if (room.cursor === cursor) await delay(RETRY_MS, undefined, { ref: false });
      } catch (error) {
        if (error instanceof AppError && error.code === 'RESYNC_REQUIRED') {
          room.feed.restart();
          return;
        }
        this.logger.warn({ err: error }, `What is missing in room ${room.roomId} could not be read`);
        await delay(RETRY_MS, undefined, { ref: false });
      }
    }
  }

  private async fetchAfter(room: LocalRoom, cursor: Cursor): Promise<void> {
    const page = { roomId: room.roomId, after: formatCursor(cursor), limit: MAX_EVENTS_PER_PAGE, maxBytes: PAGE_BYTES };
    const { events, head } = await this.queries.ask('rooms.tail', page, { timeoutMs: QUERY_TIMEOUT_MS });
    this.metrics.repairs.inc();
    for (const group of groupEvents(events)) room.feed.offer(group);
    this.deliver(room);
    if (events.length === 0 && head <= cursor.seq && room.cursor === cursor) {
      // Somebody promised more than the primary has: that log is gone.
      room.feed.restart();
    }
    // What was read is being written in slices: the position moves with it.
    while (room.feed.stream.hasNext && !room.feed.isEmpty) await delay(1);
  }

  private async readersAmong(roomId: RoomId, userIds: readonly UserId[]): Promise<Set<string>> {
    const allowed = new Set<string>();
    for (let from = 0; from < userIds.length; from += USERS_PER_QUERY) {
      const some = userIds.slice(from, from + USERS_PER_QUERY);
      const answer = await this.retried(() => this.queries.ask('room.readers', { roomId, userIds: some }, { timeoutMs: QUERY_TIMEOUT_MS }));
      for (const userId of answer.userIds) allowed.add(userId);
    }
    return allowed;
  }

  private async retried<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask();
      } catch (error) {
        if (attempt === DECIDE_ATTEMPTS) throw error;
        await delay(RETRY_MS / 2, undefined, { ref: false });
      }
    }
  }

  private async newerSnapshot(room: LocalRoom, subscription: RoomSubscription): Promise<void> {
    const { cursor, reader } = subscription;
    if (cursor === undefined) return;
    const asked = { userId: reader.userId, rooms: [{ roomId: room.roomId, cursor: formatCursor(cursor) }], maxBytes: PAGE_BYTES };
    const [answer] = (await this.queries.ask('rooms.open', asked, { timeoutMs: QUERY_TIMEOUT_MS })).rooms;
    const reached = answer?.ok === true && !answer.more ? parseCursor(answer.cursor) : undefined;
    if (answer?.ok !== true || reached === undefined) throw new AppError('RESYNC_REQUIRED');
    room.feed.reopened(subscription, groupEvents(answer.events), reached);
    this.deliver(room);
  }

  private deliver(room: LocalRoom): void {
    this.deliveries.add(room);
    this.deliveries.run();
  }
}
