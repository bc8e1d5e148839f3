import { COMMANDS_TOPIC, readOrigin } from '@agent-chat/contracts';
import { type Consumption, type EventLog } from '@agent-chat/event-log';
import { Logger } from '@nestjs/common';
import { type Progress, type ProgressRepository } from '../../infrastructure/write/progress-repository';
import { type OwnedPartition } from './owned-partition';
import { type OwnerClock } from './owner-clock';

/** What the log says of the record that a partition's progress rests on (P13). */
interface LogComparison {
  readonly isAnotherLog: boolean;
  readonly firstOffset: number;
}

/** Takes partitions: raises the fence, and finds out whether log and database still belong together (P5, P13, P29). */
export class PartitionTaker {
  private readonly logger = new Logger(PartitionTaker.name);

  constructor(
    private readonly log: EventLog,
    private readonly progress: ProgressRepository,
    private readonly clock: OwnerClock,
    private readonly owner: string,
  ) {}

  /** Resolves when the partition is active; the raise is repeated by the caller if this rejects. */
  async take(partition: OwnedPartition, consumption: Pick<Consumption, 'committed'>): Promise<void> {
    partition.state = 'taking';
    let skipBeforeMs = 0;
    const raised = await this.progress.raise(partition.partition, this.owner, async (stored) => {
      const comparison = await this.compare(partition.partition, stored);
      if (comparison.isAnotherLog) {
        skipBeforeMs = stored.command_appended_ms;
        return { command_offset: comparison.firstOffset - 1 };
      }
      return (await this.wasRestored(partition, consumption, stored)) ? newEpoch(stored) : {};
    });
    this.clock.correct(Date.parse(raised.now));
    partition.begin(raised);
    partition.skipBeforeMs = skipBeforeMs;
  }

  private async compare(partition: number, stored: Progress): Promise<LogComparison> {
    const { records, firstOffset, endOffset } = await this.log.read(COMMANDS_TOPIC, partition, Math.max(stored.command_offset, 0), 1);
    if (stored.command_offset < 0) return { isAnotherLog: false, firstOffset };
    if (endOffset <= stored.command_offset) return { isAnotherLog: true, firstOffset };
    const [record] = records;
    // Retention may have passed the record; then whatever follows is younger than it.
    if (record === undefined || record.offset > stored.command_offset) {
      return { isAnotherLog: record !== undefined && record.appendedAtMs < stored.command_appended_ms, firstOffset };
    }
    const isSame = record.appendedAtMs === stored.command_appended_ms && (readOrigin(record)?.requestId ?? null) === stored.command_request_id;
    return { isAnotherLog: !isSame, firstOffset };
  }

  /** The log was committed further than the database is: the database came back from a backup (P29). */
  private async wasRestored(partition: OwnedPartition, consumption: Pick<Consumption, 'committed'>, stored: Progress): Promise<boolean> {
    const committed = (await consumption.committed(partition.partition)) ?? 0;
    const isRestored = Math.max(committed - 1, partition.committedOffset) > stored.command_offset;
    if (isRestored)
      this.logger.error(
        { partition: partition.partition, committed, stored: stored.command_offset },
        'The database is older than the log: a restore. Its rooms get a new epoch',
      );
    return isRestored;
  }
}

function newEpoch(stored: Progress): Partial<Progress> {
  const nowMs = Date.parse(stored.now);
  return { epoch: Math.max(stored.epoch + 1, Math.floor(nowMs / 1_000)), position: Math.max(stored.position + 1, nowMs) };
}
