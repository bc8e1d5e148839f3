import { type RoomHead } from '@agent-chat/contracts';
import { type RoomId, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type Connection } from './connection';
import { ConnectionRegistry } from './connection-registry';
import { Memberships } from './memberships';
import { RoomIndex } from './room-index';

const COALESCE_MS = 1_000;
const QUERY_TIMEOUT_MS = 5_000;
const READS_PER_QUERY = 1_000;

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
  ) {}

  onApplicationBootstrap(): void {
    this.index.whenActive(({ roomId }) => this.touch(roomId as RoomId));
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
  }

  private touch(roomId: RoomId): void {
    if (this.memberships.peopleOf(roomId).size === 0) return;
    this.active.add(roomId);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.tell().catch((error: unknown) => this.logger.warn(`Badges could not be read: ${String(error)}`));
    }, COALESCE_MS).unref();
  }

  private async tell(): Promise<void> {
    const wanted = new Map<UserId, RoomId[]>();
    for (const roomId of this.active) {
      for (const userId of this.memberships.peopleOf(roomId)) {
        if (this.unsubscribed(userId, roomId).length > 0) wanted.set(userId, [...(wanted.get(userId) ?? []), roomId]);
      }
    }
    this.active.clear();
    const reads = [...wanted].map(([userId, roomIds]) => ({ userId, roomIds }));
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

  private unsubscribed(userId: UserId, roomId: RoomId): Connection[] {
    return [...this.connections.of(userId)].filter(({ subscriptions }) => !subscriptions.has(roomId));
  }
}
