import { Logger } from '@nestjs/common';
import { type DepartedGateways } from './departed-gateways';
import { type OwnedPartition } from './owned-partition';
import { type PartitionHomes } from './partition-homes';
import { type ShardWriter } from './shard-writer';

export interface OwnerRoundsParts {
  readonly partitions: () => Iterable<OwnedPartition>;
  readonly homes: PartitionHomes;
  readonly departed: DepartedGateways;
  /** The partition has another owner, or another database. */
  readonly fenced: (partition: OwnedPartition) => void;
}

const CLOCK_CHECK_MS = 60_000;
/** A partition without traffic finds out by this that it has moved, or has another owner. */
const FENCE_CHECK_MS = 2_000;
const GATEWAYS_CHECK_MS = 20_000;

/** What an owner looks at from time to time, though nobody asks: the clocks and fences of its databases, and which gateways live. */
export class OwnerRounds {
  private readonly logger = new Logger(OwnerRounds.name);
  private timers: NodeJS.Timeout[] = [];

  constructor(private readonly parts: OwnerRoundsParts) {}

  start(): void {
    const { departed, homes, partitions } = this.parts;
    this.timers = [
      setInterval(() => {
        for (const writer of homes.writers()) void writer.correctClock();
      }, CLOCK_CHECK_MS),
      setInterval(() => {
        for (const writer of homes.writers()) void this.checkFences(writer);
      }, FENCE_CHECK_MS),
      setInterval(() => void departed.forget(partitions()), GATEWAYS_CHECK_MS),
    ];
    for (const timer of this.timers) timer.unref();
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  /** Tells what is no longer this owner's here. A failure is left to the next time. */
  private async checkFences(writer: ShardWriter): Promise<void> {
    const here = [...this.parts.partitions()].filter((partition) => partition.state === 'active' && this.parts.homes.of(partition) === writer);
    if (here.length === 0) return;
    const fences = new Map(here.map(({ partition, fence }) => [partition, fence]));
    try {
      const lost = new Set(await writer.progress.notHeld(fences));
      for (const partition of here) {
        if (!lost.has(partition.partition) || partition.state !== 'active' || partition.fence !== fences.get(partition.partition)) continue;
        if (writer.committer.isCommitting(partition)) continue;
        this.parts.fenced(partition);
      }
    } catch (error) {
      this.logger.debug({ err: error }, 'Fences could not be compared');
    }
  }
}
