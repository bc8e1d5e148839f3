import { type QueryAnswer } from '@agent-chat/contracts';
import { type RoomId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InterestRegistry } from './interest-registry';
import { RoomIndex } from './room-index';
import { RoomUpkeep } from './room-upkeep';

const CHECK_MS = 30_000;
const QUERY_TIMEOUT_MS = 10_000;
const ROOMS_PER_QUERY = 10_000;

/** Compares this gateway's rooms with the primary, so that a lost frame in a quiet room is found too (P27). */
@Injectable()
export class HeadsCheck implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(HeadsCheck.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly queries: QueryBus,
    private readonly index: RoomIndex,
    private readonly interest: InterestRegistry,
    private readonly upkeep: RoomUpkeep,
  ) {}

  onApplicationBootstrap(): void {
    this.interest.whenRenewed((roomIds) => this.checkSoon(roomIds));
    this.timer = setInterval(() => {
      this.index.sweep();
      this.checkSoon(this.index.ids());
    }, CHECK_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Reads the heads of those rooms that are subscribed to here, and fetches what is missing. */
  async check(roomIds: readonly RoomId[]): Promise<void> {
    const subscribed = roomIds.filter((roomId) => this.index.get(roomId) !== undefined);
    for (let from = 0; from < subscribed.length; from += ROOMS_PER_QUERY) {
      const some = subscribed.slice(from, from + ROOMS_PER_QUERY);
      const { rooms } = await this.queries.ask('rooms.heads', { roomIds: some }, { timeoutMs: QUERY_TIMEOUT_MS });
      for (const room of rooms) this.compare(room);
    }
  }

  private checkSoon(roomIds: readonly RoomId[]): void {
    this.check(roomIds).catch((error: unknown) => this.logger.warn({ err: error }, 'Heads could not be compared'));
  }

  private compare({ roomId, head, epoch }: QueryAnswer<'rooms.heads'>['rooms'][number]): void {
    const room = this.index.get(roomId);
    const cursor = room?.cursor;
    if (room === undefined || cursor === undefined) return;
    if (cursor.epoch < epoch) return room.feed.restart();
    room.feed.stream.expect(head);
    if (room.feed.stream.behind) this.upkeep.repair(room);
  }
}
