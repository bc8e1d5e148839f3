import { type PhysicalDatabase, type Queryable } from '@agent-chat/database';
import { MOVED_TABLES } from './moved-tables';

/** Somebody else has taken the move over, or it was ended: nothing more may be written. */
export class MoveLostError extends Error {
  constructor(partition: number) {
    super(`The move of partition ${String(partition)} is run by somebody else`);
  }
}

/** Rooms whose rows are removed in one transaction. */
const REMOVED_ROOMS = 50;

/** One end of a move: a partition's rows in one database, written only by the holder of the token. */
export class ShardCopy {
  constructor(
    readonly database: PhysicalDatabase,
    readonly partition: number,
    private readonly role: 'source' | 'target',
    private readonly token: string,
  ) {}

  /** From now on only this token writes here: what an earlier one has under way ends first, or fails. */
  async adopt(): Promise<void> {
    await this.database.query(
      `INSERT INTO shard_copies (partition, role, token) VALUES ($1, $2, $3) ON CONFLICT (partition, role) DO UPDATE SET token = excluded.token`,
      [this.partition, this.role, this.token],
    );
  }

  /** As `adopt`, where there is still something to do. */
  async adoptRemaining(): Promise<void> {
    await this.database.query('UPDATE shard_copies SET token = $3 WHERE partition = $1 AND role = $2', [this.partition, this.role, this.token]);
  }

  /** One transaction that only the holder of the token gets through. Rejects with `MoveLostError`. */
  async write<Result>(work: (connection: Queryable) => Promise<Result>): Promise<Result> {
    return this.database.transaction(async (connection) => {
      await connection.query(`SELECT set_config('lock_timeout', '1000', true), set_config('idle_in_transaction_session_timeout', '10000', true)`);
      const held = await connection.query('SELECT 1 FROM shard_copies WHERE partition = $1 AND role = $2 AND token = $3 FOR UPDATE', [
        this.partition,
        this.role,
        this.token,
      ]);
      if (held.length === 0) throw new MoveLostError(this.partition);
      // What a move copies ends when owners write there.
      if (this.role === 'target' && (await isActive(connection, this.partition))) throw new MoveLostError(this.partition);
      return work(connection);
    });
  }

  /** Makes the partition active here; it has the fence that it was closed with, or a higher one. */
  async activate(): Promise<void> {
    await this.database.query(
      `WITH held AS (SELECT 1 FROM shard_copies WHERE partition = $1 AND role = $2 AND token = $3 FOR UPDATE)
       UPDATE partition_progress SET state = 'active', fence = fence + 1 WHERE partition = $1 AND state = 'moved' AND EXISTS (SELECT 1 FROM held)`,
      [this.partition, this.role, this.token],
    );
  }

  /** Removes all rows of the partition's rooms, some rooms at a time. Rejects where the partition is active. */
  async removeRows(): Promise<void> {
    for (;;) {
      const removed = await this.write(async (connection) => {
        if (await isActive(connection, this.partition))
          throw new Error(`Partition ${String(this.partition)} is active in ${this.database.name}: its rows stay`);
        const rooms = await connection.query<{ room_id: string }>('SELECT room_id FROM rooms WHERE partition = $1 ORDER BY room_id LIMIT $2', [
          this.partition,
          REMOVED_ROOMS,
        ]);
        const ids = rooms.map((row) => row.room_id);
        if (ids.length > 0) for (const { name, ofRooms } of MOVED_TABLES) await connection.query(`DELETE FROM ${name} t WHERE ${ofRooms}`, [ids]);
        return ids.length;
      });
      if (removed < REMOVED_ROOMS) return;
    }
  }

  /** Nothing is left to do here. */
  async release(): Promise<void> {
    await this.database.query('DELETE FROM shard_copies WHERE partition = $1 AND role = $2 AND token = $3', [this.partition, this.role, this.token]);
  }
}

async function isActive(connection: Queryable, partition: number): Promise<boolean> {
  return (await connection.query(`SELECT 1 FROM partition_progress WHERE partition = $1 AND state = 'active' FOR SHARE`, [partition])).length > 0;
}
