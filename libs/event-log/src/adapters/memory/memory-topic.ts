import { type AppError, type Clock, partitionOf } from '@agent-chat/kernel';
import { type LogRange, type LogRecord, type RecordPosition, type Subscription } from '../../event-log.port';
import { type Append, AppendBacklog } from './append-backlog';
import { ConsumerGroup } from './consumer-group';
import { type DeliveryRounds } from './delivery-rounds';
import { type GroupMember } from './group-member';
import { GroupPartition } from './group-partition';
import { PartitionLog } from './partition-log';

/** Bounds of one topic. */
export interface TopicLimits {
  readonly partitionCount: number;
  /** How far, per partition, the slowest group may lag before appends wait. */
  readonly maxBufferedRecords: number;
  /** The same in bytes of values: whichever is reached first. */
  readonly maxBufferedBytes: number;
  /** How many records per partition stay although every group is done with them. */
  readonly retainedRecords: number;
  /** How long an append waits for room. */
  readonly appendTimeoutMs: number;
  readonly maxBatchRecords: number;
}

/** One topic: its partitions, its groups, and the back-pressure between them. */
export class MemoryTopic {
  private readonly partitions: readonly PartitionLog[];
  private readonly groups = new Map<string, ConsumerGroup>();
  private readonly backlog: AppendBacklog;
  private readonly admission = {
    deliver: (): void => {
      this.backlog.admit(
        (partition) => this.isFull(partition),
        (append) => this.write(append),
      );
    },
  };

  constructor(
    readonly name: string,
    private readonly limits: TopicLimits,
    private readonly clock: Clock,
    private readonly rounds: DeliveryRounds,
  ) {
    this.partitions = Array.from({ length: limits.partitionCount }, (_, partition) => new PartitionLog(partition));
    this.backlog = new AppendBacklog(limits.appendTimeoutMs, limits.maxBufferedRecords);
  }

  async append(records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    const partitions = records.map((record) => partitionOf(record.key, this.partitions.length));
    const mustWait = partitions.some((partition) => this.backlog.holds(partition) || this.isFull(partition));
    // Written before the first await, or queued in the order of the calls: two appends of one key never swap.
    return mustWait ? this.backlog.add({ records: [...records], partitions }) : Promise.resolve(this.write({ records, partitions }));
  }

  read(partition: number, fromOffset: number, limit: number): LogRange {
    return this.partition(partition).range(fromOffset, limit);
  }

  subscribe(subscription: Subscription): GroupMember {
    let group = this.groups.get(subscription.group);
    if (!group) {
      group = this.createGroup(subscription.startAt);
      this.groups.set(subscription.group, group);
    }
    return group.join(subscription);
  }

  /** Rejects what waits for room, then stops every subscription. */
  async close(reason: AppError): Promise<void> {
    this.backlog.rejectAll(reason);
    await Promise.all([...this.groups.values()].map((group) => group.stop()));
  }

  private createGroup(startAt: Subscription['startAt']): ConsumerGroup {
    const events = {
      topic: this.name,
      maxBatchRecords: this.limits.maxBatchRecords,
      committed: (log: PartitionLog): void => {
        this.makeRoom(log);
      },
    };
    const states = this.partitions.map((log) => {
      return new GroupPartition(log, startAt === 'end' ? log.endOffset : log.firstOffset, this.rounds, events);
    });
    return new ConsumerGroup(states, () => {
      this.partitions.forEach((log) => {
        this.makeRoom(log);
      });
    });
  }

  private write({ records, partitions }: Append): readonly RecordPosition[] {
    const nowMs = this.clock.nowMs();
    const positions = records.map((record, index) => {
      const partition = partitions[index] ?? 0;
      return { partition, offset: this.partition(partition).append(record, nowMs) };
    });
    for (const partition of new Set(partitions)) {
      for (const group of this.groups.values()) group.partitions[partition]?.wake();
      this.trim(this.partition(partition));
    }
    return positions;
  }

  /** A group is done with more: what nobody needs goes, and what waited for room may come. */
  private makeRoom(log: PartitionLog): void {
    this.trim(log);
    if (!this.backlog.isEmpty) this.rounds.wake(this.admission);
  }

  private trim(log: PartitionLog): void {
    log.dropBelow(this.neededFrom(log) - this.limits.retainedRecords);
  }

  private isFull(partition: number): boolean {
    const log = this.partition(partition);
    const needed = this.neededFrom(log);
    return log.endOffset - needed >= this.limits.maxBufferedRecords || log.bytesFrom(needed) >= this.limits.maxBufferedBytes;
  }

  /** The oldest offset that a group with members is not done with. */
  private neededFrom(log: PartitionLog): number {
    let needed = log.endOffset;
    for (const group of this.groups.values()) {
      if (group.isLive) needed = Math.min(needed, group.partitions[log.partition]?.doneBelow ?? needed);
    }
    return needed;
  }

  private partition(index: number): PartitionLog {
    const log = this.partitions[index];
    if (!log) throw new RangeError(`${this.name} has no partition ${String(index)}`);
    return log;
  }
}
