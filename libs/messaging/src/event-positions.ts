import { inspect } from 'node:util';
import { type LogEvent } from '@agent-chat/contracts';
import { type PhysicalDatabase, type Queryable, type Row } from '@agent-chat/database';
import { PositionMovedError } from './position-moved-error';

const MOVE = `
INSERT INTO consumer_positions AS stored (consumer, partition, epoch, position) VALUES ($1, $2, $3, $4)
ON CONFLICT (consumer, partition) DO UPDATE SET epoch = excluded.epoch, position = excluded.position WHERE stored.position = $5
RETURNING position`;

const BURY = `
INSERT INTO dead_events (consumer, partition, position, room_id, seq, type, error) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (consumer, partition, position) DO UPDATE SET error = excluded.error, failed_at = now()`;

const MAX_ERROR_LENGTH = 1_000;

interface PositionRow extends Row {
  readonly position: number;
}

/** How far one consumer group is in each partition (P19), and what it went past without handling it (P20). */
export class EventPositions {
  constructor(readonly group: string) {}

  /** The position of the last handled event; 0 before the first. */
  async load(database: PhysicalDatabase, partition: number): Promise<number> {
    const sql = 'SELECT position FROM consumer_positions WHERE consumer = $1 AND partition = $2';
    const [row] = await database.query<PositionRow>(sql, [this.group, partition]);
    return row?.position ?? 0;
  }

  /** Moves to an event, if the position is still `previous`; else rejects with `PositionMovedError`, and the transaction must not commit. */
  async move(connection: Queryable, previous: number, { partition, position, event }: LogEvent): Promise<void> {
    const moved = await connection.query(MOVE, [this.group, partition, event.epoch, position, previous]);
    if (moved.length === 0) throw new PositionMovedError(this.group, partition);
  }

  /** Back to the beginning, everywhere. Rows stay, so that a running `move` fails instead of starting anew. */
  async reset(connection: Queryable): Promise<void> {
    await connection.query('UPDATE consumer_positions SET position = 0 WHERE consumer = $1', [this.group]);
  }

  /** Keeps an event that can't be handled, by its place in the log: its content stays where it can be redacted. */
  async bury(connection: Queryable, { partition, position, event }: LogEvent, cause: unknown): Promise<void> {
    const error = describe(cause).replaceAll('\0', ' ').toWellFormed().slice(0, MAX_ERROR_LENGTH);
    await connection.query(BURY, [this.group, partition, position, event.roomId, event.seq, event.type, error]);
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : inspect(cause);
}
