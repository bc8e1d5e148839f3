import { type PhysicalDatabase } from '@agent-chat/database';
import { type EventLog } from '@agent-chat/event-log';
import { Logger } from '@nestjs/common';
import { AggregateReader } from '../../infrastructure/write/aggregate-reader';
import { ProgressRepository } from '../../infrastructure/write/progress-repository';
import { BatchDecider } from './batch-decider';
import { BatchLoader } from './batch-loader';
import { Committer, type CommitListener } from './committer';
import { OwnerClock } from './owner-clock';
import { PartitionTaker } from './partition-taker';
import { PoisonHandler } from './poison-handler';

export interface ShardWriterParts {
  readonly log: EventLog;
  readonly database: PhysicalDatabase;
  /** The owner's name. */
  readonly name: string;
  readonly listener: CommitListener;
}

/** All that an owner does in one physical database: takes its partitions, and commits for all of them by one committer and one clock. */
export class ShardWriter {
  readonly progress: ProgressRepository;
  readonly committer: Committer;
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
    this.taker = new PartitionTaker(log, this.progress, this.clock, name);
    this.committer = new Committer({
      progress: this.progress,
      loader: new BatchLoader(new AggregateReader(database)),
      decider: new BatchDecider(this.clock),
      poison: new PoisonHandler(log, this.progress),
      listener,
    });
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
