import { type LogEvent } from '@agent-chat/contracts';
import { DatabaseError, type PhysicalDatabase } from '@agent-chat/database';
import { type AttachmentId } from '@agent-chat/kernel';
import { roomEventOf } from '../../domain/room-event-view';
import { ERASED_ATTACHMENT_IDS, mentionCount } from '../read/sql';
import { type BatchRows } from './batch-rows';

/** How far a partition is, as its row says. */
export interface Progress {
  readonly fence: number;
  readonly state: 'active' | 'moved';
  readonly epoch: number;
  readonly position: number;
  readonly command_offset: number;
  readonly command_request_id: string | null;
  readonly command_appended_ms: number;
  readonly published_position: number;
  readonly last_at: string;
  /** The database's clock, ISO 8601. */
  readonly now: string;
}

const COLUMNS = 'fence, state, epoch, position, command_offset, command_request_id, command_appended_ms, published_position, last_at';
const LOCK_TIMEOUT_MS = 2_000;
const UNIQUE_VIOLATION = '23505';

/** Whether a commit may have been refused because what it holds is stored already under the same key (P11): a message's id is as unique as its key. */
export function mayBeStored({ sqlState }: DatabaseError): boolean {
  return sqlState === UNIQUE_VIOLATION;
}

/** The rows of `partition_progress`, and the statement that moves them. */
export class ProgressRepository {
  constructor(private readonly database: PhysicalDatabase) {}

  /**
   * Raises the fence (P5): from its commit on no earlier owner commits. `adjust` is called after that, holding no lock, with the row, and may
   * change epoch, position and offset (P13, P29). Rejects with `fenced` if somebody else has raised it meanwhile. Undefined where the partition
   * is not active: it lives in another database (P30).
   */
  async raise(partition: number, owner: string, adjust: (progress: Progress) => Promise<Partial<Progress>>): Promise<Progress | undefined> {
    const raised = await this.raiseFence(partition, owner);
    if (raised === undefined) return undefined;
    const changes = await adjust(raised);
    const adjusted = { ...raised, ...changes };
    if (Object.keys(changes).length > 0) await this.store(partition, adjusted);
    return adjusted;
  }

  private async raiseFence(partition: number, owner: string): Promise<Progress | undefined> {
    return this.database.transaction(async (connection) => {
      // The second limit is for a process that is paused right here: its lock must not stop everybody else.
      await connection.query(`SELECT set_config('lock_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $1, true)`, [
        String(LOCK_TIMEOUT_MS),
      ]);
      const [raised] = await connection.query<Progress & Record<string, unknown>>(
        `UPDATE partition_progress SET fence = fence + 1, owner = $2 WHERE partition = $1 AND state = 'active' RETURNING ${COLUMNS}, clock_timestamp() AS now`,
        [partition, owner],
      );
      return raised;
    });
  }

  private async store(partition: number, { fence, epoch, position, command_offset }: Progress): Promise<void> {
    const stored = await this.database.query(
      'UPDATE partition_progress SET epoch = $3, position = $4, command_offset = $5 WHERE partition = $1 AND fence = $2 RETURNING partition',
      [partition, fence, epoch, position, command_offset],
    );
    if (stored.length === 0) throw new DatabaseError('fenced', undefined, 'Another owner took the partition meanwhile', String(partition), undefined);
  }

  /** Of partitions and the fences an owner has raised, those that are not active here with that fence any more. */
  async notHeld(fences: ReadonlyMap<number, number>): Promise<number[]> {
    const rows = await this.database.query<{ partition: number }>(
      `SELECT held.partition FROM unnest($1::int[], $2::bigint[]) AS held (partition, fence)
         LEFT JOIN partition_progress p ON p.partition = held.partition AND p.fence = held.fence AND p.state = 'active' WHERE p.partition IS NULL`,
      [[...fences.keys()], [...fences.values()]],
    );
    return rows.map(({ partition }) => partition);
  }

  /** Commits a batch in one statement (P6). Rejects with a `DatabaseError`: `fenced` with the refused partitions in its detail, `data`, or `outage`. */
  async commit(rows: BatchRows): Promise<void> {
    await this.database.query('SELECT commit_batch($1, $2, $3, $4, $5, $6, $7)', rows.toParameters());
  }

  /** The database's clock now, milliseconds. */
  async nowMs(): Promise<number> {
    const [row] = await this.database.query<{ now_ms: number }>(`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms`);
    return row?.now_ms ?? 0;
  }

  /** The partition's log after a position, oldest first. Rejects where the partition is not active here: what is missing then proves nothing. */
  async eventsAfter(partition: number, position: number, limit: number): Promise<LogEvent[]> {
    const rows = await this.database.query<{
      position: number;
      room_id: string;
      seq: number;
      epoch: number;
      type: string;
      actor_id: string;
      payload: Record<string, unknown>;
      created_at: string;
      erased_attachment_ids: AttachmentId[] | null;
    }>(
      `SELECT e.*, ${ERASED_ATTACHMENT_IDS} AS erased_attachment_ids FROM room_events e
        WHERE partition = $1 AND position > $2 AND partitions_here(ARRAY[$1::int]) ORDER BY position LIMIT $3`,
      [partition, position, limit],
    );
    return rows.map((row) => ({
      partition,
      position: row.position,
      event: roomEventOf({ ...row, roomId: row.room_id, actorId: row.actor_id, createdAt: row.created_at }),
      ...(row.erased_attachment_ids === null ? {} : { erasedAttachmentIds: row.erased_attachment_ids }),
    }));
  }

  /** A member's badges in one room; absent for somebody who isn't one. Rejects where the partition is not active here. */
  async badges(
    partition: number,
    roomId: string,
    userId: string,
  ): Promise<{ head: number; readSeq: number; unreadCount: number; mentionCount: number } | undefined> {
    const [row] = await this.database.query<{ head: number; readSeq: number; unreadCount: number; mentionCount: number }>(
      `SELECT r.last_seq AS head, coalesce(w.read_seq, 0) AS "readSeq", r.posted_count - coalesce(w.read_count, 0) AS "unreadCount",
              ${mentionCount('r.room_id', '$2', 'coalesce(w.read_seq, 0)')} AS "mentionCount"
         FROM members me JOIN rooms r USING (room_id) LEFT JOIN read_watermarks w ON w.room_id = r.room_id AND w.user_id = $2
        WHERE me.room_id = $1 AND me.user_id = $2 AND partitions_here(ARRAY[$3::int])`,
      [roomId, userId, partition],
    );
    return row;
  }
}
