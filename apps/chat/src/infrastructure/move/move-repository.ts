import { type ShardMove } from '@agent-chat/contracts';
import { Database, type Row } from '@agent-chat/database';
import { AppError, newId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';

/** A move as the directory has it. */
export interface StoredMove {
  readonly moveId: string;
  readonly partition: number;
  readonly source: string;
  readonly target: string;
  readonly phase: ShardMove['phase'];
  readonly copiedRoom: string | null;
  readonly error: string | null;
  /** Whether its log was found the same at both ends after the switch. */
  readonly isChecked: boolean;
}

/** A shard's log up to its switch. */
export interface LogChecksum {
  readonly events: number;
  readonly checksum: string;
}

const COLUMNS = 'move_id, partition, source, target, phase, copied_room, copied, error, stalled_ms, runner, log_events, log_checksum, started_at, ended_at';
/** For so long after its last sign of life nobody else takes a move over. By the directory's clock. */
const LEASE_SEC = 6;
const KEPT_MOVES = 50;
const CANCELLABLE = `('planned', 'copying', 'following', 'switching')`;

interface MoveRow extends Row {
  readonly move_id: string;
  readonly partition: number;
  readonly source: string;
  readonly target: string;
  readonly phase: ShardMove['phase'];
  readonly copied_room: string | null;
  readonly copied: number;
  readonly error: string | null;
  readonly stalled_ms: number | null;
  readonly runner: string | null;
  readonly log_events: number | null;
  readonly log_checksum: string | null;
  readonly started_at: string;
  readonly ended_at: string | null;
}

/** The plan rows of moves, and the shard map that they change. */
@Injectable()
export class MoveRepository {
  constructor(private readonly database: Database) {}

  async list(): Promise<ShardMove[]> {
    const rows = await this.database.directory().query<MoveRow>(`SELECT ${COLUMNS} FROM shard_moves ORDER BY started_at DESC LIMIT $1`, [KEPT_MOVES]);
    return rows.map(toMove);
  }

  /** Plans a move, or answers the same one that is under way. Rejects with LIMIT_REACHED while another is. */
  async plan(partition: number, target: string): Promise<ShardMove> {
    const rows = await this.database.directory().query<MoveRow>(
      `INSERT INTO shard_moves (move_id, partition, source, target)
         SELECT $1, partition, database, $3 FROM shard_map WHERE partition = $2 AND database <> $3
         ON CONFLICT ((true)) WHERE ended_at IS NULL DO NOTHING RETURNING ${COLUMNS}`,
      [newId(), partition, target],
    );
    const [planned] = rows;
    if (planned !== undefined) return toMove(planned);
    const running = await this.running();
    if (running?.partition === partition && running.target === target) return running;
    if (running !== undefined) throw new AppError('LIMIT_REACHED', { detail: `Shard ${String(running.partition)} is being moved: one at a time` });
    throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'target', message: 'is where the shard is already' }] });
  }

  /** Takes a move back, unless it has been decided. */
  async cancel(partition: number): Promise<ShardMove> {
    const directory = this.database.directory();
    await directory.query(`UPDATE shard_moves SET phase = 'undoing', error = NULL WHERE partition = $1 AND ended_at IS NULL AND phase IN ${CANCELLABLE}`, [
      partition,
    ]);
    const [row] = await directory.query<MoveRow>(`SELECT ${COLUMNS} FROM shard_moves WHERE partition = $1 ORDER BY started_at DESC LIMIT 1`, [partition]);
    if (row === undefined) throw new AppError('NOT_FOUND', { detail: 'This shard was never moved' });
    if (row.phase === 'switched' || row.phase === 'done')
      throw new AppError('LIMIT_REACHED', { detail: 'The shard is at its new place: move it back instead' });
    return toMove(row);
  }

  /** The move that has not ended, if there is one. */
  async running(): Promise<ShardMove | undefined> {
    const [row] = await this.database.directory().query<MoveRow>(`SELECT ${COLUMNS} FROM shard_moves WHERE ended_at IS NULL`);
    return row === undefined ? undefined : toMove(row);
  }

  /** Takes over a move that nobody runs, for the process called `runner`. */
  async claim(token: string, runner: string): Promise<StoredMove | undefined> {
    const [row] = await this.database.directory().query<MoveRow>(
      `UPDATE shard_moves SET token = $1, lease_until = now() + $2 * interval '1 second', runner = $3
         WHERE ended_at IS NULL AND (token IS NULL OR token = $1 OR lease_until < now()) RETURNING ${COLUMNS}`,
      [token, LEASE_SEC, runner],
    );
    return row === undefined ? undefined : stored(row);
  }

  /** A sign of life. Answers how things stand; undefined when the move is somebody else's, or ended. */
  async renew(token: string): Promise<StoredMove | undefined> {
    const [row] = await this.database
      .directory()
      .query<MoveRow>(`UPDATE shard_moves SET lease_until = now() + $2 * interval '1 second' WHERE token = $1 AND ended_at IS NULL RETURNING ${COLUMNS}`, [
        token,
        LEASE_SEC,
      ]);
    return row === undefined ? undefined : stored(row);
  }

  /** Leaves a move to whoever claims it next. */
  async leave(token: string): Promise<void> {
    await this.database.directory().query('UPDATE shard_moves SET lease_until = now() WHERE token = $1 AND ended_at IS NULL', [token]);
  }

  /** From one phase to the next, unless somebody has changed it. Whether this call did. */
  async advance(token: string, from: ShardMove['phase'], to: ShardMove['phase'], error: string | null = null): Promise<boolean> {
    const ends = to === 'done' || to === 'cancelled' || to === 'failed';
    const rows = await this.database
      .directory()
      .query(
        'UPDATE shard_moves SET phase = $3, error = coalesce($4, error), ended_at = CASE WHEN $5 THEN now() END WHERE token = $1 AND phase = $2 RETURNING 1 AS one',
        [token, from, to, error, ends],
      );
    return rows.length > 0;
  }

  /** The decision (P30): the map and the phase at once, unless it was cancelled. Whether this call did. */
  async decide(token: string): Promise<boolean> {
    return this.database.directory().transaction(async (connection) => {
      const [row] = await connection.query<MoveRow>(
        `UPDATE shard_moves SET phase = 'switched', error = NULL WHERE token = $1 AND phase = 'switching' RETURNING ${COLUMNS}`,
        [token],
      );
      if (row === undefined) return false;
      await connection.query('UPDATE shard_map SET database = $2 WHERE partition = $1', [row.partition, row.target]);
      return true;
    });
  }

  async copied(token: string, rows: number, room?: string): Promise<void> {
    await this.database
      .directory()
      .query('UPDATE shard_moves SET copied = copied + $2, copied_room = coalesce($3, copied_room) WHERE token = $1 AND ended_at IS NULL', [token, rows, room]);
  }

  /** What went wrong last, for whoever looks. */
  async note(token: string, error: string): Promise<void> {
    await this.database.directory().query('UPDATE shard_moves SET error = $2 WHERE token = $1 AND ended_at IS NULL', [token, error.slice(0, 500)]);
  }

  async stalled(token: string, stalledMs: number): Promise<void> {
    await this.database.directory().query('UPDATE shard_moves SET stalled_ms = $2 WHERE token = $1', [token, Math.round(stalledMs)]);
  }

  /** The log is the same at both ends: the source's may go. */
  async checked(token: string, { events, checksum }: LogChecksum): Promise<void> {
    await this.database.directory().query('UPDATE shard_moves SET log_events = $2, log_checksum = $3 WHERE token = $1', [token, events, checksum]);
  }
}

function stored({ move_id, partition, source, target, phase, copied_room, error, log_checksum }: MoveRow): StoredMove {
  return { moveId: move_id, partition, source, target, phase, copiedRoom: copied_room, error, isChecked: log_checksum !== null };
}

function toMove(row: MoveRow): ShardMove {
  return {
    moveId: row.move_id,
    partition: row.partition,
    source: row.source,
    target: row.target,
    phase: row.phase,
    copied: row.copied,
    ...(row.error === null ? {} : { error: row.error }),
    startedAt: row.started_at,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.stalled_ms === null ? {} : { stalledMs: row.stalled_ms }),
    ...(row.runner === null ? {} : { runner: row.runner }),
    ...(row.log_events === null || row.log_checksum === null ? {} : { log: { events: row.log_events, checksum: row.log_checksum } }),
  };
}
