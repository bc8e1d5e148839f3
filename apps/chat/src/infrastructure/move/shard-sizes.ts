import { type QueryAnswer } from '@agent-chat/contracts';
import { Database } from '@agent-chat/database';
import { groupBy } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';

type SizedMap = Omit<QueryAnswer<'shards.map'>, 'moves'>;

const SIZES = `SELECT partition, count(*) AS rooms, coalesce(sum(last_seq), 0)::bigint AS events FROM rooms WHERE partition = ANY($1::int[]) GROUP BY partition`;

interface SizeRow extends Record<string, unknown> {
  readonly partition: number;
  readonly rooms: number;
  readonly events: number;
}

/** How large shards and databases are. */
@Injectable()
export class ShardSizes {
  constructor(private readonly database: Database) {}

  /** By the map as it is now; databases without shards are there too. */
  async read(): Promise<SizedMap> {
    await this.database.reload();
    const shards = Array.from({ length: this.database.partitionCount }, (_, partition) => ({ partition, database: this.database.shard(partition).name }));
    const byName = groupBy(shards, ({ database }) => database);
    const places = await Promise.all(
      this.database.names().map((name) =>
        this.size(
          name,
          (byName.get(name) ?? []).map(({ partition }) => partition),
        ),
      ),
    );
    const known = new Map(places.flatMap(({ sizes }) => sizes).map((row) => [row.partition, row]));
    return {
      databases: places.map(({ name, sizeBytes, count }) => ({ name, sizeBytes, shards: count })),
      shards: shards.map((shard) => ({ ...shard, rooms: known.get(shard.partition)?.rooms ?? 0, events: known.get(shard.partition)?.events ?? 0 })),
    };
  }

  private async size(name: string, partitions: readonly number[]): Promise<{ name: string; sizeBytes: number; count: number; sizes: SizeRow[] }> {
    const database = this.database.named(name);
    const [[size], sizes] = await Promise.all([
      database.query<{ bytes: number }>('SELECT pg_database_size(current_database()) AS bytes'),
      database.query<SizeRow>(SIZES, [partitions]),
    ]);
    return { name, sizeBytes: size?.bytes ?? 0, count: partitions.length, sizes };
  }
}
