import { Logger } from '@nestjs/common';
import { type OwnedPartition } from './owned-partition';

export interface PartitionTakesParts {
  /** Raises the fence and reads what an owner needs (P5). */
  readonly take: (partition: OwnedPartition) => Promise<void>;
  /** Whether the group still gives the partition to this process. */
  readonly isOurs: (partition: OwnedPartition) => boolean;
  readonly giveUp: (partition: OwnedPartition) => void;
}

/** No longer than this, each time: whoever waits for a new primary waits for the rest of it, too. */
const BACKOFF_MS = [50, 100, 200, 500, 1_000];

/** Takes partitions: each one at a time, and again after a failure for as long as the group gives it to this process. */
export class PartitionTakes {
  private readonly logger = new Logger(PartitionTakes.name);
  private readonly running = new Map<OwnedPartition, Promise<void>>();

  constructor(private readonly parts: PartitionTakesParts) {}

  /** One take at a time: a second one would empty the memory of an owner at work. */
  take(partition: OwnedPartition): Promise<void> {
    if (partition.state === 'active') return Promise.resolve();
    const taking = this.running.get(partition) ?? this.parts.take(partition).finally(() => this.running.delete(partition));
    this.running.set(partition, taking);
    return taking;
  }

  /** Takes a partition, again after each failure, for as long as the group gives it to this process. Nobody waits for it: its database may be away. */
  keepTaking(partition: OwnedPartition, attempt = 0): void {
    this.take(partition).catch((error: unknown) => {
      this.logger.warn({ err: error, partition: partition.partition }, 'A partition could not be taken');
      this.takeAgain(partition, attempt);
    });
  }

  /** P7, P9: still assigned, the partition is taken again after a pause; else it is given up. */
  takeAgain(partition: OwnedPartition, attempt = 0): void {
    if (this.isGivenUp(partition)) return;
    setTimeout(
      () => {
        if (!this.isGivenUp(partition)) this.keepTaking(partition, attempt + 1);
      },
      BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)],
    ).unref();
  }

  private isGivenUp(partition: OwnedPartition): boolean {
    if (this.parts.isOurs(partition)) return false;
    this.parts.giveUp(partition);
    return true;
  }
}
