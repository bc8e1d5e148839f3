import { type Database, type PhysicalDatabase } from '@agent-chat/database';
import { type OwnedPartition } from './owned-partition';
import { ShardWriter, type ShardWriterParts } from './shard-writer';

export interface PartitionHomesParts extends Omit<ShardWriterParts, 'database'> {
  readonly database: Pick<Database, 'writer'>;
}

/** One writer for each database that an owner works in, and with which of them each of its partitions works. */
export class PartitionHomes {
  private readonly opened = new Map<PhysicalDatabase, ShardWriter>();
  /** Where each partition was taken. Its work goes there and nowhere else until it is taken again, whatever the map says meanwhile (P30). */
  private readonly homes = new WeakMap<OwnedPartition, ShardWriter>();

  constructor(private readonly parts: PartitionHomesParts) {}

  writers(): Iterable<ShardWriter> {
    return this.opened.values();
  }

  /** The writer of the database that the map names. */
  writerOf(partition: number): ShardWriter {
    const database = this.parts.database.writer(partition);
    const writer = this.opened.get(database) ?? new ShardWriter({ ...this.parts, database });
    this.opened.set(database, writer);
    return writer;
  }

  of(partition: OwnedPartition): ShardWriter | undefined {
    return this.homes.get(partition);
  }

  /** Makes the database that the map names the partition's home; another one forgets it. */
  settle(partition: OwnedPartition): ShardWriter {
    const writer = this.writerOf(partition.partition);
    const before = this.homes.get(partition);
    if (before !== writer) before?.drop(partition);
    this.homes.set(partition, writer);
    return writer;
  }

  /** Finishes what was handed over. */
  async stop(): Promise<void> {
    await Promise.all([...this.opened.values()].map((writer) => writer.stop()));
  }
}
