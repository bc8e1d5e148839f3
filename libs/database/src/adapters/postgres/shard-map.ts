import { type Queryable } from '../../database.port';

/** Which database holds each partition, as this process knows it. */
export class ShardMap {
  private names: readonly string[];
  private reading: Promise<boolean> | undefined;

  /** Until the first `reload` every partition is in the one database. */
  constructor(
    partitionCount: number,
    private readonly directory: Queryable,
    initialName: string,
  ) {
    this.names = Array.from({ length: partitionCount }, () => initialName);
  }

  /** @throws RangeError for a partition that there is not. */
  databaseOf(partition: number): string {
    const name = this.names[partition];
    if (name === undefined) throw new RangeError(`There is no partition ${partition}; they are 0 to ${this.names.length - 1}.`);
    return name;
  }

  /** The databases that hold partitions, each once. */
  inUse(): readonly string[] {
    return [...new Set(this.names)];
  }

  /** Reads the map again; resolves with whether something moved. Concurrent calls share one read. Rejects with `DatabaseError`. */
  reload(): Promise<boolean> {
    this.reading ??= this.read().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  private async read(): Promise<boolean> {
    const rows = await this.directory.query<{ partition: number; database: string }>('SELECT partition, database FROM shard_map');
    const names = [...this.names];
    for (const { partition, database } of rows) if (partition < names.length) names[partition] = database;
    const moved = names.some((name, partition) => name !== this.names[partition]);
    this.names = names;
    return moved;
  }
}
