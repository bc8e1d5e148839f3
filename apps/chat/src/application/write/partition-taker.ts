import { COMMANDS_TOPIC, readOrigin } from '@agent-chat/contracts';
import { type Consumption, type EventLog } from '@agent-chat/event-log';
import { Logger } from '@nestjs/common';
import { type Progress, type ProgressRepository } from '../../infrastructure/write/progress-repository';
import { type OwnedPartition, type SkippedCommands } from './owned-partition';
import { type OwnerClock } from './owner-clock';

/** What the log says of the record that a partition's progress rests on (P13). */
interface LogComparison {
  readonly isAnotherLog: boolean;
  readonly firstOffset: number;
  readonly endOffset: number;
}

/** The partition is no longer, or not yet, active in the database that was asked (P30). */
export class PartitionMovedError extends Error {
  constructor(partition: number) {
    super(`Partition ${String(partition)} is not active in this database`);
  }
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

  /** Resolves when the partition is active and the log goes on after its last command; the raise is repeated by the caller if this rejects. */
  async take(partition: OwnedPartition, consumption: Pick<Consumption, 'committed' | 'seek'>): Promise<void> {
    partition.state = 'taking';
    let skip: SkippedCommands | undefined;
    const raised = await this.progress.raise(partition.partition, this.owner, async (stored) => {
      const comparison = await this.compare(partition.partition, stored);
      if (comparison.isAnotherLog) {
        skip = { beforeMs: stored.command_appended_ms, belowOffset: comparison.endOffset };
        return { command_offset: comparison.firstOffset - 1 };
      }
      return (await this.wasRestored(partition, consumption, stored)) ? newEpoch(stored) : {};
    });
    if (raised === undefined) throw new PartitionMovedError(partition.partition);
    this.clock.correct(Date.parse(raised.now));
    partition.begin(raised, skip);
    // In the same turn: what the log delivers from here on follows the last decided command without a hole (P13), also after a restore (P29).
    consumption.seek(partition.partition, raised.command_offset + 1);
  }

  private async compare(partition: number, stored: Progress): Promise<LogComparison> {
    const { records, ...ends } = await this.log.read(COMMANDS_TOPIC, partition, Math.max(stored.command_offset, 0), 1);
    // No offset, but a command was decided once: an owner met another log and died before its first commit.
    if (stored.command_offset < 0) return { ...ends, isAnotherLog: stored.command_appended_ms > 0 };
    if (ends.endOffset <= stored.command_offset) return { ...ends, isAnotherLog: true };
    const [record] = records;
    // Retention may have passed the record; then whatever follows is younger than it.
    if (record === undefined || record.offset > stored.command_offset) {
      return { ...ends, isAnotherLog: record !== undefined && record.appendedAtMs < stored.command_appended_ms };
    }
    const isSame = record.appendedAtMs === stored.command_appended_ms && (readOrigin(record)?.requestId ?? null) === stored.command_request_id;
    return { ...ends, isAnotherLog: !isSame };
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
