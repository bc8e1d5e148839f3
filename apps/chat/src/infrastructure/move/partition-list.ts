import { type PartitionList as Answer } from '@agent-chat/contracts';
import { Database, type PhysicalDatabase, type Row } from '@agent-chat/database';
import { groupBy } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { readWhatIsThere } from '../../application/read/read-what-is-there';

const PROGRESS = `
SELECT partition, owner, fence, epoch, position, nullif(last_at, 'epoch') AS last_at FROM partition_progress
WHERE partition = ANY($1::int[]) AND state = 'active'`;
// The release before had these groups; nobody runs them any more.
const POSITIONS = `SELECT consumer, partition, position FROM consumer_positions WHERE consumer NOT IN ('analytics', 'audit')`;

interface ProgressRow extends Row {
  readonly partition: number;
  readonly owner: string;
  readonly fence: number;
  readonly epoch: number;
  readonly position: number;
  readonly last_at: string | null;
}
interface PositionRow extends Row {
  readonly consumer: string;
  readonly partition: number;
  readonly position: number;
}

/** Who owns the partitions, and how far what follows their logs is. */
@Injectable()
export class PartitionList {
  constructor(private readonly database: Database) {}

  /** What the databases say that answer; the others are named. */
  async read(): Promise<Answer> {
    // Where the directory is away, the map is what it was.
    await this.database.reload().catch(() => false);
    const all = Array.from({ length: this.database.partitionCount }, (_, partition) => partition);
    const places = [...groupBy(all, (partition) => this.database.shard(partition))];
    const [progress, positions] = await Promise.all([
      readWhatIsThere(places.map(([shard, own]) => source(shard, async () => (await shard.query<ProgressRow>(PROGRESS, [own])).map(placed(shard.name))))),
      readWhatIsThere(this.consuming().map((database) => source(database, () => database.query<PositionRow>(POSITIONS)))),
    ]);
    const consumers = groupBy(newest(positions.items), ({ partition }) => partition);
    const missing = [...new Set([...progress.missing, ...positions.missing])].sort();
    return {
      partitions: progress.items.sort((one, other) => one.partition - other.partition).map((row) => toPartition(row, consumers.get(row.partition) ?? [])),
      ...(missing.length === 0 ? {} : { missing }),
    };
  }

  private consuming(): PhysicalDatabase[] {
    return [...new Set([this.database.directory(), ...this.database.shards()])];
  }
}

type PlacedRow = ProgressRow & { readonly database: string };

function placed(database: string) {
  return (row: ProgressRow): PlacedRow => ({ ...row, database });
}

function source<Item>({ name }: PhysicalDatabase, read: () => Promise<readonly Item[]>) {
  return { name, read };
}

/** A partition that was moved has left its positions behind: the further one counts. */
function newest(rows: readonly PositionRow[]): PositionRow[] {
  const known = new Map<string, PositionRow>();
  for (const row of rows) {
    const key = `${row.partition} ${row.consumer}`;
    if ((known.get(key)?.position ?? -1) < row.position) known.set(key, row);
  }
  return [...known.values()];
}

function toPartition({ last_at, ...row }: PlacedRow, consumers: readonly PositionRow[]): Answer['partitions'][number] {
  const { partition, database, owner, fence, epoch, position } = row;
  const lags = consumers.map(({ consumer, position: handled }) => ({ group: consumer, lag: Math.max(0, position - handled) }));
  return {
    ...{ partition, database, owner, fence, epoch, position },
    ...(last_at === null ? {} : { lastAt: last_at }),
    consumers: lags.sort((one, other) => (one.group < other.group ? -1 : 1)),
  };
}
