import { type Backplane } from '@agent-chat/backplane';
import { COMMANDS_TOPIC, type RoomEvent } from '@agent-chat/contracts';
import { type Database } from '@agent-chat/database';
import { type Consumption, type EventLog, type RecordBatch } from '@agent-chat/event-log';
import { type Clock } from '@agent-chat/kernel';
import { RepeatedFailures } from '@agent-chat/observability';
import { Logger } from '@nestjs/common';
import { type ProgressRepository } from '../../infrastructure/write/progress-repository';
import { roomEventOf } from '../../domain/room-event-view';
import { AnswerDispatcher, type EncodedEvent } from './answer-dispatcher';
import { type Committed } from './committer';
import { DepartedGateways } from './departed-gateways';
import { OwnedPartition } from './owned-partition';
import { OwnerRounds } from './owner-rounds';
import { PartitionHomes } from './partition-homes';
import { PartitionMovedError } from './partition-taker';
import { PartitionTakes } from './partition-takes';
import { type ShardWriter, type WriterListener } from './shard-writer';
import { ownedPartitions } from './write-metrics';

export interface ChatOwnerParts {
  readonly log: EventLog;
  readonly backplane: Backplane;
  readonly database: Pick<Database, 'writer' | 'reload'>;
  readonly clock: Clock;
  /** This process's name among owners, new with each start. */
  readonly name: string;
  /** Told of events once they are stored, each room's in order. Must not throw. */
  readonly onStored?: (event: RoomEvent) => void;
}

/** The consumer group of all chat processes. */
export const OWNER_GROUP = 'chat';
/** Commands that may wait in memory for one partition before the log has to wait. */
const PAUSE_ABOVE = 2_000;
const RESUME_BELOW = 500;
/** Commands that come within so much share a request to the log. */
const GATHER_MS = 4;

/** Owns the partitions that the command log assigns to this process, wherever their databases are: the single writer of their rooms. */
export class ChatOwner implements WriterListener {
  private readonly logger = new Logger(ChatOwner.name);
  private readonly partitions = new Map<number, OwnedPartition>();
  private readonly paused = new Set<number>();
  private readonly homes: PartitionHomes;
  private readonly takes: PartitionTakes;
  private readonly rounds: OwnerRounds;
  private readonly dispatcher: AnswerDispatcher;
  private consumption: Consumption | undefined;
  private stopped = false;

  constructor(private readonly parts: ChatOwnerParts) {
    const { log, backplane, database, clock, name } = parts;
    this.dispatcher = new AnswerDispatcher(backplane, new RepeatedFailures(clock, 'Backplane'));
    this.homes = new PartitionHomes({ log, database, name, listener: this });
    this.takes = new PartitionTakes({
      take: (partition) => this.take(partition),
      isOurs: (partition) => this.isOurs(partition),
      giveUp: (partition) => this.release(partition),
    });
    this.rounds = new OwnerRounds({
      partitions: () => this.partitions.values(),
      homes: this.homes,
      departed: new DepartedGateways(backplane),
      fenced: (partition) => this.ownershipUncertain(partition, 'fenced'),
    });
  }

  /** Joins the group; its partitions are taken as they are assigned. */
  async start(): Promise<void> {
    this.consumption = await this.parts.log.subscribe({
      topic: COMMANDS_TOPIC,
      group: OWNER_GROUP,
      startAt: 'beginning',
      commit: 'manual',
      gatherMs: GATHER_MS,
      onAssigned: (partitions) => this.assigned(partitions),
      onRevoked: (partitions) => this.revoked(partitions),
      onBatch: (batch) => this.receive(batch),
    });
    this.rounds.start();
  }

  /** The partition, if this process owns it now. */
  owned(partition: number): OwnedPartition | undefined {
    const owned = this.partitions.get(partition);
    return owned?.state === 'active' ? owned : undefined;
  }

  /** The rows of the partition's progress, in the database that holds it. */
  progressOf(partition: number): ProgressRepository {
    return this.homes.writerOf(partition).progress;
  }

  /** Tells that a partition has work. */
  notify(partition: OwnedPartition): void {
    this.homes.of(partition)?.committer.notify(partition);
  }

  /** Finishes what was handed over, then leaves the group. Safe to call twice. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    this.rounds.stop();
    await this.consumption?.stop();
    await this.homes.stop();
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
    for (const { event } of encoded) this.parts.onStored?.(event);
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
    this.takes.takeAgain(partition);
  }

  /** Waits for none of them: the log would hold back all that it gave at once for one whose database is away. */
  private assigned(partitions: readonly number[]): Promise<void> {
    for (const number of partitions) {
      const partition = this.partitions.get(number) ?? new OwnedPartition(number);
      this.partitions.set(number, partition);
      this.takes.keepTaking(partition);
    }
    return Promise.resolve();
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
    partition.lose();
    if (this.partitions.get(number) === partition) {
      this.partitions.delete(number);
      this.paused.delete(number);
    }
    this.countOwned();
  }

  private receive({ partition: number, records }: RecordBatch): Promise<void> {
    const partition = this.partitions.get(number);
    if (partition === undefined) return Promise.resolve();
    const [first] = records;
    if (first !== undefined && partition.hasHad(first.offset)) return this.compareAnew(partition);
    const missing = partition.receive(records);
    if (missing !== undefined) {
      this.logger.warn({ partition: number, missing, delivered: first?.offset }, 'The log passed over commands: it goes on where it should');
      this.consumption?.seek(number, missing);
      return Promise.resolve();
    }
    if (partition.waiting > PAUSE_ABOVE) {
      this.paused.add(number);
      this.consumption?.pause(number);
    }
    this.notify(partition);
    return Promise.resolve();
  }

  /**
   * P13: a log that goes back by itself may be another one, in which these offsets belong to other commands. Taking the partition tells. Rejects while a
   * batch of the partition is under way, whose aggregates must stay: the records come again.
   */
  private compareAnew(partition: OwnedPartition): Promise<void> {
    if (this.homes.of(partition)?.committer.isCommitting(partition) === true) return Promise.reject(new Error('A commit is under way'));
    this.ownershipUncertain(partition, 'the log went back');
    return Promise.resolve();
  }

  private async take(partition: OwnedPartition): Promise<void> {
    if (this.consumption === undefined) throw new Error('The group has not been joined yet');
    const writer = this.homes.settle(partition);
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
