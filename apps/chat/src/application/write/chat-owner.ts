import { type Backplane } from '@agent-chat/backplane';
import { COMMANDS_TOPIC } from '@agent-chat/contracts';
import { type Database, type PhysicalDatabase } from '@agent-chat/database';
import { type Consumption, type EventLog, type RecordBatch } from '@agent-chat/event-log';
import { AppError, type Clock } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import { type ProgressRepository } from '../../infrastructure/write/progress-repository';
import { roomEventOf } from '../../domain/room-event-view';
import { AnswerDispatcher, type EncodedEvent } from './answer-dispatcher';
import { type Committed } from './committer';
import { DepartedGateways } from './departed-gateways';
import { OwnedPartition } from './owned-partition';
import { PartitionMovedError } from './partition-taker';
import { ShardWriter, type WriterListener } from './shard-writer';
import { ownedPartitions } from './write-metrics';

export interface ChatOwnerParts {
  readonly log: EventLog;
  readonly backplane: Backplane;
  readonly database: Pick<Database, 'writer' | 'reload'>;
  readonly clock: Clock;
  /** This process's name among owners, new with each start. */
  readonly name: string;
}

/** The consumer group of all chat processes. */
export const OWNER_GROUP = 'chat';
/** Commands that may wait in memory for one partition before the log has to wait. */
const PAUSE_ABOVE = 2_000;
const RESUME_BELOW = 500;
const RETAKE_BACKOFF_MS = [50, 100, 200, 500, 1_000, 2_000];
const CLOCK_CHECK_MS = 60_000;
/** A partition without traffic finds out by this that it has moved, or has another owner. */
const FENCE_CHECK_MS = 2_000;
const GATEWAYS_CHECK_MS = 20_000;

/** Owns the partitions that the command log assigns to this process, wherever their databases are: the single writer of their rooms. */
export class ChatOwner implements WriterListener {
  private readonly logger = new Logger(ChatOwner.name);
  private readonly partitions = new Map<number, OwnedPartition>();
  private readonly paused = new Set<number>();
  private readonly takes = new Map<OwnedPartition, Promise<void>>();
  private readonly writers = new Map<PhysicalDatabase, ShardWriter>();
  /** Where each partition was taken. Its work goes there and nowhere else until it is taken again, whatever the map says meanwhile (P30). */
  private readonly homes = new WeakMap<OwnedPartition, ShardWriter>();
  private readonly dispatcher: AnswerDispatcher;
  private readonly departed: DepartedGateways;
  private consumption: Consumption | undefined;
  private clockCheck: NodeJS.Timeout | undefined;
  private fenceCheck: NodeJS.Timeout | undefined;
  private gatewaysCheck: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly parts: ChatOwnerParts) {
    this.dispatcher = new AnswerDispatcher(parts.backplane);
    this.departed = new DepartedGateways(parts.backplane);
  }

  /** Joins the group; its partitions are taken as they are assigned. */
  async start(): Promise<void> {
    this.consumption = await this.parts.log.subscribe({
      topic: COMMANDS_TOPIC,
      group: OWNER_GROUP,
      startAt: 'beginning',
      commit: 'manual',
      onAssigned: (partitions) => this.assigned(partitions),
      onRevoked: (partitions) => this.revoked(partitions),
      onBatch: (batch) => this.receive(batch),
    });
    this.clockCheck = setInterval(() => {
      for (const writer of this.writers.values()) void writer.correctClock();
    }, CLOCK_CHECK_MS).unref();
    this.fenceCheck = setInterval(() => {
      for (const writer of this.writers.values()) void this.checkFences(writer);
    }, FENCE_CHECK_MS).unref();
    this.gatewaysCheck = setInterval(() => void this.departed.forget(this.partitions.values()), GATEWAYS_CHECK_MS).unref();
  }

  /** The partition, if this process owns it now. */
  owned(partition: number): OwnedPartition | undefined {
    const owned = this.partitions.get(partition);
    return owned?.state === 'active' ? owned : undefined;
  }

  /** The rows of the partition's progress, in the database that holds it. */
  progressOf(partition: number): ProgressRepository {
    return this.writerOf(partition).progress;
  }

  /** Tells that a partition has work. */
  notify(partition: OwnedPartition): void {
    this.homes.get(partition)?.committer.notify(partition);
  }

  /** Finishes what was handed over, then leaves the group. Safe to call twice. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    clearInterval(this.clockCheck);
    clearInterval(this.fenceCheck);
    clearInterval(this.gatewaysCheck);
    await this.consumption?.stop();
    await Promise.all([...this.writers.values()].map((writer) => writer.stop()));
    for (const partition of [...this.partitions.values()]) this.release(partition);
  }

  committed({ batch, events, shares }: Committed, writer: ShardWriter): void {
    const encoded: EncodedEvent[] = [];
    for (const row of events) {
      const partition = this.partitions.get(row.partition);
      if (partition === undefined) continue;
      const event = roomEventOf({ ...row, roomId: row.room_id, actorId: row.actor_id, createdAt: row.created_at });
      encoded.push({ partition, position: row.position, event, encoded: JSON.stringify(event) });
    }
    this.dispatcher.answer(batch.replies);
    this.dispatcher.publishEvents(encoded);
    writer.publisher.publish(encoded);
    const atMs = this.parts.clock.nowMs();
    for (const { partition, answer } of batch.replies) partition.remember(answer, atMs);
    for (const { partition, items } of shares) {
      for (const { work } of items) if ('mark' in work) work.mark.done();
      this.consumption?.commit(partition.partition, partition.commandOffset + 1).catch((error: unknown) => {
        this.logger.warn({ err: error }, 'An offset was not committed');
      });
      this.resumeIfDrained(partition);
    }
  }

  caughtUp(events: readonly EncodedEvent[]): void {
    this.dispatcher.publishEvents(events);
  }

  ownershipUncertain(partition: OwnedPartition, reason: string): void {
    partition.state = 'taking';
    partition.forget();
    this.logger.warn({ partition: partition.partition, reason }, 'A partition is taken again');
    this.retake(partition);
  }

  /** Takes again what is no longer this owner's here. A failure is left to the next time. */
  private async checkFences(writer: ShardWriter): Promise<void> {
    const here = [...this.partitions.values()].filter((partition) => partition.state === 'active' && this.homes.get(partition) === writer);
    if (here.length === 0) return;
    const fences = new Map(here.map(({ partition, fence }) => [partition, fence]));
    try {
      const lost = new Set(await writer.progress.notHeld(fences));
      for (const partition of here) {
        if (!lost.has(partition.partition) || partition.state !== 'active' || partition.fence !== fences.get(partition.partition)) continue;
        if (writer.committer.isCommitting(partition)) continue;
        this.ownershipUncertain(partition, 'fenced');
      }
    } catch (error) {
      this.logger.debug({ err: error }, 'Fences could not be compared');
    }
  }

  private writerOf(partition: number): ShardWriter {
    const database = this.parts.database.writer(partition);
    const writer = this.writers.get(database) ?? new ShardWriter({ log: this.parts.log, database, name: this.parts.name, listener: this });
    this.writers.set(database, writer);
    return writer;
  }

  private async assigned(partitions: readonly number[]): Promise<void> {
    await Promise.all(
      partitions.map((number) => {
        const partition = this.partitions.get(number) ?? new OwnedPartition(number);
        this.partitions.set(number, partition);
        return this.take(partition);
      }),
    );
  }

  private revoked(partitions: readonly number[]): Promise<void> {
    for (const number of partitions) {
      const partition = this.partitions.get(number);
      if (partition !== undefined) this.release(partition);
    }
    return Promise.resolve();
  }

  private release(partition: OwnedPartition): void {
    const number = partition.partition;
    partition.state = 'lost';
    if (this.partitions.get(number) === partition) {
      this.partitions.delete(number);
      this.paused.delete(number);
    }
    this.countOwned();
    // Commands come again to the next owner; a read mark's sender asks again.
    for (const work of partition.take(Infinity)) if ('mark' in work) work.mark.done(new AppError('UNAVAILABLE'));
  }

  private receive({ partition: number, records }: RecordBatch): Promise<void> {
    const partition = this.partitions.get(number);
    if (partition === undefined) return Promise.resolve();
    for (const record of records) partition.push({ record });
    if (partition.waiting > PAUSE_ABOVE) {
      this.paused.add(number);
      this.consumption?.pause(number);
    }
    this.notify(partition);
    return Promise.resolve();
  }

  /** One take at a time: a second one would empty the memory of an owner at work. */
  private take(partition: OwnedPartition): Promise<void> {
    if (partition.state === 'active') return Promise.resolve();
    const taking = this.takes.get(partition) ?? this.takeNow(partition).finally(() => this.takes.delete(partition));
    this.takes.set(partition, taking);
    return taking;
  }

  private async takeNow(partition: OwnedPartition): Promise<void> {
    if (this.consumption === undefined) throw new Error('The group has not been joined yet');
    const writer = this.writerOf(partition.partition);
    const before = this.homes.get(partition);
    if (before !== writer) before?.drop(partition);
    this.homes.set(partition, writer);
    try {
      await writer.taker.take(partition, this.consumption);
    } catch (error) {
      // Whoever moves it says where to before it is active there (P30).
      if (error instanceof PartitionMovedError) await this.parts.database.reload();
      throw error;
    }
    if (this.stopped || this.partitions.get(partition.partition) !== partition) {
      this.release(partition);
      return;
    }
    this.countOwned();
    writer.publisher.adopt(partition);
    this.resumeIfDrained(partition);
    this.notify(partition);
    this.announce(partition);
  }

  /** P7, P9: still assigned, the partition is taken again, for as long as it needs; else it is given up. */
  private retake(partition: OwnedPartition, attempt = 0): void {
    if (!this.isOurs(partition)) {
      this.release(partition);
      return;
    }
    setTimeout(
      () => {
        if (!this.isOurs(partition)) {
          this.release(partition);
          return;
        }
        this.take(partition).catch((error: unknown) => {
          this.logger.warn({ err: error, partition: partition.partition }, 'A partition could not be taken');
          this.retake(partition, attempt + 1);
        });
      },
      RETAKE_BACKOFF_MS[Math.min(attempt, RETAKE_BACKOFF_MS.length - 1)],
    ).unref();
  }

  private isOurs(partition: OwnedPartition): boolean {
    const number = partition.partition;
    return !this.stopped && this.partitions.get(number) === partition && this.consumption?.assigned().includes(number) === true;
  }

  private countOwned(): void {
    ownedPartitions.set([...this.partitions.values()].filter(({ state }) => state === 'active').length);
  }

  private resumeIfDrained(partition: OwnedPartition): void {
    if (partition.waiting >= RESUME_BELOW || !this.paused.delete(partition.partition)) return;
    this.consumption?.resume(partition.partition);
  }

  /** Asks each live gateway once for its rooms of the partition (P23); one that isn't reached finds the new fence in the next head it reads. */
  private announce({ partition, fence }: OwnedPartition): void {
    const { backplane } = this.parts;
    backplane
      .gateways()
      .then((gateways) => backplane.publish(gateways, 'control', JSON.stringify({ type: 'interest.reannounce', partition, fence })))
      .catch((error: unknown) => {
        this.logger.warn({ err: error, partition }, 'Gateways could not be asked for their rooms');
      });
  }
}
