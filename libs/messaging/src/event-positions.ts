import { type LogEvent } from '@agent-chat/contracts';
import { type PhysicalDatabase, type Queryable, type Row } from '@agent-chat/database';
import { PositionMovedError } from './position-moved-error';

const MOVE = `
INSERT INTO consumer_positions AS stored (consumer, partition, epoch, position) VALUES ($1, $2, $3, $4)
ON CONFLICT (consumer, partition) DO UPDATE SET epoch = excluded.epoch, position = excluded.position WHERE stored.position = $5
RETURNING position`;

/** What such a transaction commits reaches the disk a moment after it is answered, all of it or nothing. */
const MOVE_UNFLUSHED = `${MOVE}, set_config('synchronous_commit', 'off', true)`;
/** Takes that back for the transaction under way. */
const FLUSH = 'SET LOCAL synchronous_commit TO DEFAULT';

interface PositionRow extends Row {
  readonly position: number;
}

/** How far one consumer group is in each partition (P19). */
export class EventPositions {
  constructor(readonly group: string) {}

  /** The position of the last handled event; 0 before the first. */
  async load(database: PhysicalDatabase, partition: number): Promise<number> {
    const sql = 'SELECT position FROM consumer_positions WHERE consumer = $1 AND partition = $2';
    const [row] = await database.query<PositionRow>(sql, [this.group, partition]);
    return row?.position ?? 0;
  }

  /** Those of several partitions; one that has none yet is left out. */
  async loadAll(database: PhysicalDatabase, partitions: readonly number[]): Promise<Map<number, number>> {
    const sql = 'SELECT partition, position FROM consumer_positions WHERE consumer = $1 AND partition = ANY($2)';
    const rows = await database.query<PositionRow & { readonly partition: number }>(sql, [this.group, partitions]);
    return new Map(rows.map(({ partition, position }) => [partition, position]));
  }

  /**
   * Moves to an event, if the position is still `previous`; else rejects with `PositionMovedError`, and the transaction must not commit.
   * With `unflushed` its commit doesn't wait for the disk, unless `flush` is called.
   */
  async move(
    connection: Queryable,
    previous: number,
    { partition, position, event }: LogEvent,
    durability: 'flushed' | 'unflushed' = 'flushed',
  ): Promise<void> {
    const moved = await connection.query(durability === 'unflushed' ? MOVE_UNFLUSHED : MOVE, [this.group, partition, event.epoch, position, previous]);
    if (moved.length === 0) throw new PositionMovedError(this.group, partition);
  }

  /** The transaction is to be on the disk when its commit is answered. */
  async flush(connection: Queryable): Promise<void> {
    await connection.query(FLUSH);
  }

  /** Back to the beginning, everywhere. Rows stay, so that a running `move` fails instead of starting anew. */
  async reset(connection: Queryable): Promise<void> {
    await connection.query('UPDATE consumer_positions SET position = 0 WHERE consumer = $1', [this.group]);
  }
}
