import { AppConfig } from '@agent-chat/config';
import { type RoomHead } from '@agent-chat/contracts';
import { Backplane } from '@agent-chat/backplane';
import { type GatewayId, partitionOf, type RoomId, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { GatewayInbox } from '../gateway-inbox';
import { ConnectionRegistry } from './connection-registry';
import { MarkQueue } from './mark-queue';

const MARK_TIMEOUT_MS = 5_000;

/** A read mark to move. */
export interface ReadMark {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly seq: number;
  readonly force: boolean;
}

interface MarkedElsewhere {
  readonly type?: string;
  readonly userId?: UserId;
  readonly head?: RoomHead;
}

/** Moves read marks, coalesced by person and room, and tells the person's other devices (P33). */
@Injectable()
export class ReadMarks implements OnApplicationBootstrap {
  private readonly logger = new Logger(ReadMarks.name);
  private readonly queues = new Map<string, MarkQueue>();

  constructor(
    private readonly queries: QueryBus,
    private readonly backplane: Backplane,
    private readonly inbox: GatewayInbox,
    private readonly connections: ConnectionRegistry,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.inbox.on('control', (message) => {
      const { type, userId, head } = JSON.parse(message) as MarkedElsewhere;
      if (type === 'read.marked' && userId !== undefined && head !== undefined) this.tellHere(userId, head);
    });
  }

  /** Resolves after the mark is stored, with the badges that it leaves. `except` is the device that knows already. */
  async mark({ roomId, userId, seq, force }: ReadMark, except?: object): Promise<RoomHead> {
    const key = `${userId}:${roomId}`;
    let queue = this.queues.get(key);
    if (queue === undefined) {
      queue = new MarkQueue(
        (to, forced) => this.store(roomId, userId, to, forced),
        () => this.queues.delete(key),
      );
      this.queues.set(key, queue);
    }
    const head = await queue.mark(seq, force);
    this.tellHere(userId, head, except);
    return head;
  }

  private async store(roomId: RoomId, userId: UserId, seq: number, force: boolean): Promise<RoomHead> {
    const partition = partitionOf(roomId, this.config.partitions);
    const badges = await this.queries.ask('read.mark', { roomId, userId, seq, force }, { timeoutMs: MARK_TIMEOUT_MS, partition });
    const head = { roomId, ...badges };
    this.tellElsewhere(userId, head);
    return head;
  }

  private tellHere(userId: UserId, head: RoomHead, except?: object): void {
    for (const connection of this.connections.of(userId)) if (connection !== except) connection.send('heads', [head]);
  }

  private tellElsewhere(userId: UserId, head: RoomHead): void {
    this.publish(userId, head).catch((error: unknown) => this.logger.debug({ err: error }, 'Other devices were not told of a read mark'));
  }

  private async publish(userId: UserId, head: RoomHead): Promise<void> {
    const { users } = await this.queries.ask('presence.gateways', { userIds: [userId] }, { timeoutMs: MARK_TIMEOUT_MS });
    const others = users.flatMap(({ gatewayIds }) => gatewayIds).filter((gatewayId) => gatewayId !== this.inbox.gatewayId);
    if (others.length > 0) await this.backplane.publish(others as GatewayId[], 'control', JSON.stringify({ type: 'read.marked', userId, head }));
  }
}
