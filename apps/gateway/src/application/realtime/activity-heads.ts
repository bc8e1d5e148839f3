import { type RoomHead } from '@agent-chat/contracts';
import { groupBy, type RoomId, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ConnectionRegistry } from './connection-registry';
import { InterestRegistry } from './interest-registry';
import { Memberships } from './memberships';
import { RoomIndex } from './room-index';

const COALESCE_MS = 1_000;
const QUERY_TIMEOUT_MS = 5_000;
const READS_PER_QUERY = 1_000;
const ROOMS_PER_QUERY = 10_000;
/** What happened before an outage that was longer is told with the next that happens in its room. */
const MISSED_MS = 15 * 60_000;

interface Badge {
  readonly userId: UserId;
  readonly roomId: RoomId;
}

/** Badges of rooms that a connection is not subscribed to: `heads` frames, coalesced. */
@Injectable()
export class ActivityHeads implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(ActivityHeads.name);
  private readonly active = new Set<RoomId>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly queries: QueryBus,
    private readonly index: RoomIndex,
    private readonly connections: ConnectionRegistry,
    private readonly memberships: Memberships,
    private readonly interest: InterestRegistry,
  ) {}

  onApplicationBootstrap(): void {
    this.index.whenActive(({ roomId }) => this.touch(roomId as RoomId));
    this.interest.whenRenewed((roomIds, isOwned) => {
      if (isOwned) this.run(() => this.catchUp(roomIds));
    });
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
  }

  /** Something may have happened in the room. */
  touch(roomId: RoomId): void {
    if (this.memberships.peopleOf(roomId).size === 0) return;
    this.active.add(roomId);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.run(() => this.tell());
    }, COALESCE_MS).unref();
  }

  /** A new owner commits what waited for it before it knows who wants to hear of it. */
  private async catchUp(roomIds: readonly RoomId[]): Promise<void> {
    const own = roomIds.filter((roomId) => this.memberships.peopleOf(roomId).size > 0);
    for (let from = 0; from < own.length; from += ROOMS_PER_QUERY) {
      const asked = { roomIds: own.slice(from, from + ROOMS_PER_QUERY), withinMs: MISSED_MS };
      const active = await this.queries.ask('rooms.active', asked, { timeoutMs: QUERY_TIMEOUT_MS });
      for (const roomId of active.roomIds) this.touch(roomId);
    }
  }

  private run(task: () => Promise<void>): void {
    task().catch((error: unknown) => this.logger.warn({ err: error }, 'Badges could not be read'));
  }

  private async tell(): Promise<void> {
    const badges = [...this.active].flatMap((roomId) => this.badgesOf(roomId));
    this.active.clear();
    const reads = [...groupBy(badges, ({ userId }) => userId)].map(([userId, own]) => ({ userId, roomIds: own.map(({ roomId }) => roomId) }));
    for (let from = 0; from < reads.length; from += READS_PER_QUERY) {
      const { heads } = await this.queries.ask('heads.read', { reads: reads.slice(from, from + READS_PER_QUERY) }, { timeoutMs: QUERY_TIMEOUT_MS });
      for (const person of heads) this.send(person.userId, person.heads);
    }
  }

  private send(userId: UserId, heads: readonly RoomHead[]): void {
    for (const connection of this.connections.of(userId)) {
      const foreign = heads.filter(({ roomId }) => !connection.subscriptions.has(roomId));
      if (foreign.length > 0) connection.send('heads', foreign);
    }
  }

  /** For everybody with a connection that doesn't follow the room itself. */
  private badgesOf(roomId: RoomId): Badge[] {
    const people = [...this.memberships.peopleOf(roomId)];
    return people.filter((userId) => this.isElsewhere(userId, roomId)).map((userId) => ({ userId, roomId }));
  }

  private isElsewhere(userId: UserId, roomId: RoomId): boolean {
    for (const { subscriptions } of this.connections.of(userId)) if (!subscriptions.has(roomId)) return true;
    return false;
  }
}
