import { type PhysicalDatabase } from '@agent-chat/database';
import { type EventLog } from '@agent-chat/event-log';
import { Logger } from '@nestjs/common';
import { AggregateReader } from '../../infrastructure/write/aggregate-reader';
import { ProgressRepository } from '../../infrastructure/write/progress-repository';
import { type EncodedEvent } from './answer-dispatcher';
import { BatchDecider } from './batch-decider';
import { BatchLoader } from './batch-loader';
import { Committer, type Committed, type CommitListener } from './committer';
import { EventPublisher } from './event-publisher';
import { OwnerClock } from './owner-clock';
import { type OwnedPartition } from './owned-partition';
import { PartitionTaker } from './partition-taker';
import { PoisonHandler } from './poison-handler';

/** Whom a writer tells. */
export interface WriterListener extends Pick<CommitListener, 'ownershipUncertain'> {
  /** The batch is stored in the writer's database. Must not throw. */
  committed(committed: Committed, writer: ShardWriter): void;
  /** Events that an outage may have kept from gateways; those that had them drop them. */
  caughtUp(events: readonly EncodedEvent[]): void;
}

export interface ShardWriterParts {
  readonly log: EventLog;
  readonly database: PhysicalDatabase;
  /** The owner's name. */
  readonly name: string;
  readonly listener: WriterListener;
}

/**
 * All that an owner does in one physical database: takes its partitions, commits for all of them by one committer and one clock, and publishes
 * what was committed. Nothing of it waits for another database.
 */
export class ShardWriter {
  readonly progress: ProgressRepository;
  readonly committer: Committer;
  readonly publisher: EventPublisher;
  readonly taker: PartitionTaker;
  private readonly logger = new Logger(ShardWriter.name);
  private readonly clock: OwnerClock;

  constructor({ log, database, name, listener }: ShardWriterParts) {
    this.clock = new OwnerClock(
      () => performance.now(),
      (aheadMs) => {
        this.logger.error({ aheadMs, database: database.name }, 'The newest event lies ahead of the database clock: its time is no longer kept to');
      },
    );
    this.progress = new ProgressRepository(database);
    this.publisher = new EventPublisher(log, this.progress, (events) => listener.caughtUp(events));
    this.taker = new PartitionTaker(log, this.progress, this.clock, name);
    this.committer = new Committer({
      progress: this.progress,
      loader: new BatchLoader(new AggregateReader(database)),
      decider: new BatchDecider(this.clock),
      poison: new PoisonHandler(log, this.progress),
      listener: {
        committed: (committed) => listener.committed(committed, this),
        ownershipUncertain: (partition, reason) => listener.ownershipUncertain(partition, reason),
      },
    });
  }

  /** Forgets a partition that was taken elsewhere. */
  drop(partition: OwnedPartition): void {
    this.committer.drop(partition);
    this.publisher.drop(partition);
  }

  /** Commits what was handed over. */
  async stop(): Promise<void> {
    await this.committer.stop();
    await this.publisher.stop();
  }

  /** Sets the clock by the database's (P17). Never rejects: the next time will do. */
  async correctClock(): Promise<void> {
    try {
      this.clock.correct(await this.progress.nowMs());
    } catch (error) {
      this.logger.warn({ err: error }, 'The database clock could not be read');
    }
  }
}
