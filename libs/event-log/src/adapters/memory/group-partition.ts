import { Logger } from '@nestjs/common';
import { type StoredRecord } from '../../event-log.port';
import { type Deliverable, type DeliveryRounds } from './delivery-rounds';
import { type GroupMember } from './group-member';
import { type PartitionLog } from './partition-log';
import { retryDelayMs } from './retry-delay';

/** One stay of a partition with a member. A new object each time, so that what was begun for an earlier stay finds itself outdated. */
export interface Assignment {
  readonly member: GroupMember;
  /** Whether the subscriber has been told of it, so that it is told of the end too. */
  announced: boolean;
  /** Whether `onAssigned` has succeeded: no batch before. */
  open: boolean;
  paused: boolean;
  /** Whether the partition is being taken away: no further batch. */
  leaving: boolean;
}

/** What a group's partition reports to its topic. */
export interface GroupPartitionEvents {
  readonly topic: string;
  readonly maxBatchRecords: number;
  readonly committed: (log: PartitionLog) => void;
}

/** One partition as one group sees it: how far it is, who works on it, and the delivery itself. */
export class GroupPartition implements Deliverable {
  assignment: Assignment | undefined;
  /** The group's committed next offset. */
  committed: number | undefined;
  /** Settles when the last handler has. Never rejects. */
  settled: Promise<void> = Promise.resolve();

  private readonly logger = new Logger('InMemoryEventLog');
  private position: number;
  private running = false;
  private sought = false;
  private failures = 0;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    readonly log: PartitionLog,
    /** Where the group starts without a committed offset; fixed once, so that a new member loses nothing. */
    private readonly startOffset: number,
    private readonly rounds: DeliveryRounds,
    private readonly events: GroupPartitionEvents,
  ) {
    this.position = startOffset;
  }

  /** Everything below has been done by this group. */
  get doneBelow(): number {
    return this.committed ?? this.startOffset;
  }

  wake(): void {
    this.rounds.wake(this);
  }

  assign(assignment: Assignment): void {
    this.assignment = assignment;
    this.position = this.doneBelow;
    this.failures = 0;
  }

  /** Stops further batches; the running one goes on until `settled`. */
  leave(assignment: Assignment): void {
    assignment.leaving = true;
    clearTimeout(this.retry);
    this.retry = undefined;
  }

  seek(offset: number): void {
    this.position = offset;
    this.sought = true;
    this.wake();
  }

  commit(nextOffset: number): void {
    if (this.committed !== undefined && nextOffset <= this.committed) return;
    this.committed = nextOffset;
    this.events.committed(this.log);
  }

  deliver(): void {
    const { assignment } = this;
    if (!assignment?.open || assignment.paused || assignment.leaving || this.running || this.retry) return;
    if (this.position >= this.log.endOffset) return;
    const records = this.log.slice(this.position, this.events.maxBatchRecords);
    const last = records[records.length - 1];
    if (!last) return;
    this.position = last.offset + 1;
    this.sought = false;
    this.running = true;
    this.settled = this.handle(assignment.member, records, last.offset + 1);
  }

  private async handle(member: GroupMember, records: readonly StoredRecord[], nextOffset: number): Promise<void> {
    const { subscription } = member;
    try {
      await subscription.onBatch({ topic: this.events.topic, partition: this.log.partition, records });
      this.failures = 0;
      if (subscription.commit === 'auto') this.commit(nextOffset);
    } catch (error) {
      this.redeliver(records[0]?.offset ?? nextOffset, error);
    }
    this.running = false;
    this.wake();
  }

  private redeliver(fromOffset: number, error: unknown): void {
    // A seek that came while the handler ran wins: the owner knows better where to go on.
    if (!this.sought) this.position = fromOffset;
    this.failures += 1;
    const delayMs = retryDelayMs(this.failures);
    const place = `${this.events.topic}/${String(this.log.partition)}@${String(fromOffset)}`;
    this.logger.warn({ err: error }, `A batch at ${place} failed ${String(this.failures)} times, next try in ${String(delayMs)} ms`);
    if (this.assignment?.leaving !== false) return;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.deliver();
    }, delayMs).unref();
  }
}
