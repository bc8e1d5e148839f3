import { AppConfig } from '@agent-chat/config';
import { AppError, partitionOf, type RoomId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { GatewayInbox } from '../gateway-inbox';
import { PartitionInterest } from './partition-interest';

/** How often rooms without an owner are asked for again, and their heads read (P23). */
const UNOWNED_POLL_MS = 2_000;
/** How long a room that nobody here needs stays registered: people come back. */
const SWEEP_MS = 30_000;

interface Reannounce {
  readonly type?: string;
  readonly partition?: number;
}

type RenewalListener = (roomIds: readonly RoomId[], isOwned: boolean) => void;

/** Tells owners which rooms' events this gateway needs (P23). */
@Injectable()
export class InterestRegistry implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(InterestRegistry.name);
  private readonly partitions = new Map<number, PartitionInterest>();
  private readonly needed = new Map<RoomId, number>();
  private readonly renewing = new Set<PartitionInterest>();
  /** Whose owner has announced itself while a renewal was under way, which may have come to it too early. */
  private readonly announced = new Set<PartitionInterest>();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly renewalListeners: RenewalListener[] = [];

  constructor(
    private readonly queries: QueryBus,
    private readonly inbox: GatewayInbox,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.inbox.on('control', (message) => this.control(JSON.parse(message) as Reannounce));
    this.timers.push(setInterval(() => this.pollUnowned(), UNOWNED_POLL_MS).unref(), setInterval(() => this.sweep(), SWEEP_MS).unref());
  }

  onModuleDestroy(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  /** Is told of rooms that were registered anew, or have no owner: their frames may have been missed. */
  whenRenewed(listener: RenewalListener): void {
    this.renewalListeners.push(listener);
  }

  /** Needs a room until `release`; counted. */
  acquire(roomId: RoomId): void {
    this.needed.set(roomId, (this.needed.get(roomId) ?? 0) + 1);
  }

  release(roomId: RoomId): void {
    const count = (this.needed.get(roomId) ?? 1) - 1;
    if (count > 0) {
      this.needed.set(roomId, count);
      return;
    }
    this.needed.delete(roomId);
    this.partitionFor(roomId).release(roomId);
  }

  /** Resolves when the owners know; also when there is none: then the rooms are polled. Never rejects. */
  async ensure(roomIds: readonly RoomId[]): Promise<void> {
    const waits = new Set<Promise<void>>();
    for (const roomId of roomIds) {
      const partition = this.partitionFor(roomId);
      waits.add(partition.register(roomId));
      // Who asked for it is gone already.
      if (!this.needed.has(roomId)) partition.release(roomId);
    }
    await Promise.all(waits);
  }

  /** What a snapshot says of the partition's epoch and fence: unless the registration knows the same, it is made again. */
  compare(roomId: RoomId, { epoch, fence }: { readonly epoch: number; readonly fence: number }): void {
    const partition = this.partitionFor(roomId);
    if (!partition.saw(epoch, fence)) this.renew(partition);
  }

  /** Registers all rooms again: owners may have forgotten this gateway. */
  renewAll(): void {
    for (const interest of this.partitions.values()) if (interest.size > 0) this.renew(interest);
  }

  private control({ type, partition }: Reannounce): void {
    if (type !== 'interest.reannounce' || partition === undefined) return;
    const interest = this.partitions.get(partition);
    if (interest === undefined) return;
    if (this.renewing.has(interest)) this.announced.add(interest);
    this.renew(interest);
  }

  private pollUnowned(): void {
    for (const interest of this.partitions.values()) {
      if (interest.isUnowned && interest.size > 0) this.renew(interest);
    }
  }

  private renew(interest: PartitionInterest): void {
    // A hundred rooms of one answer are one reason.
    if (this.renewing.has(interest)) return;
    this.renewing.add(interest);
    interest
      .renew()
      .then((roomIds) => {
        for (const listener of this.renewalListeners) listener(roomIds, !interest.isUnowned);
      })
      .catch((error: unknown) => this.logger.error({ err: error }, 'Interest could not be renewed'))
      .finally(() => {
        this.renewing.delete(interest);
        // An outage may have held it up for as long as a poll takes.
        if (this.announced.delete(interest) && interest.isUnowned) this.renew(interest);
      });
  }

  private sweep(): void {
    for (const interest of this.partitions.values()) {
      interest.drop((roomId) => !this.needed.has(roomId)).catch((error: unknown) => this.logger.warn({ err: error }, 'Interest could not be dropped'));
    }
  }

  private partitionFor(roomId: RoomId): PartitionInterest {
    const partition = partitionOf(roomId, this.config.partitions);
    let interest = this.partitions.get(partition);
    if (interest === undefined) {
      interest = new PartitionInterest(partition, this.inbox.gatewayId, this.queries, (error) => {
        const { code, message } = AppError.from(error);
        this.logger.debug(`Partition ${partition} has no owner now: ${code} ${message}`);
      });
      this.partitions.set(partition, interest);
    }
    return interest;
  }
}
