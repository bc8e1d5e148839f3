import { type PhysicalDatabase, type Queryable } from '@agent-chat/database';
import { keyJson, MOVED_TABLES, PARTITION_TABLES, PLACE_HASH, ROW_HASH, rowsOfKeys, type MovedTable } from './moved-tables';
import { ShardCopy } from './shard-copy';

/** A key as JSON text. */
export type RowKey = string;

/** Rows that were written since the copy began. */
export interface Changes {
  readonly ids: readonly number[];
  readonly keys: ReadonlyMap<MovedTable, readonly RowKey[]>;
}

export interface RoomSize {
  readonly room_id: string;
  readonly last_seq: number;
}

/** How many rows, and the sum of their hashes. */
export interface Digest {
  readonly count: number;
  readonly hash: string;
}

/** Rows fetched at once. */
const FETCHED_ROWS = 500;
const CHANGES_AT_ONCE = 2_000;
const CHECKED_EVENTS = 50_000;

const LOG_PAGE = `
SELECT count(*) AS count, coalesce(sum(${PLACE_HASH}), 0)::text AS hash, max(t.position) AS last
  FROM (SELECT * FROM room_events WHERE partition = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT $4) t`;

/** Reads rows of a move, from either end. */
export class ShardRows {
  constructor(private readonly database: PhysicalDatabase) {}

  /** Hands over all rows of some rooms, page by page, as JSON texts. */
  async ofRooms(table: MovedTable, roomIds: readonly string[], take: (rows: readonly string[]) => Promise<void>): Promise<void> {
    await this.database.transaction(async (connection) => {
      await connection.query(`DECLARE moved NO SCROLL CURSOR FOR SELECT to_json(t)::text AS row FROM ${table.name} t WHERE ${table.ofRooms}`, [roomIds]);
      for (;;) {
        const rows = await connection.query<{ row: string }>(`FETCH ${String(FETCHED_ROWS)} FROM moved`);
        if (rows.length > 0) await take(rows.map(({ row }) => row));
        if (rows.length < FETCHED_ROWS) return;
      }
    });
  }

  /** The rows of a table that has one or few a partition. */
  async ofPartition(table: MovedTable, partition: number): Promise<string[]> {
    const rows = await this.database.query<{ row: string }>(`SELECT to_json(t)::text AS row FROM ${table.name} t WHERE ${table.ofRooms} ORDER BY 1`, [
      partition,
    ]);
    return rows.map(({ row }) => row);
  }

  async ofKeys(table: MovedTable, keys: readonly RowKey[]): Promise<string[]> {
    const rows = await this.database.query<{ row: string }>(`SELECT to_json(t)::text AS row FROM ${rowsOfKeys(table)}`, [arrayOf(keys)]);
    return rows.map(({ row }) => row);
  }

  async digestOfRooms(table: MovedTable, roomIds: readonly string[]): Promise<Digest> {
    return digest(this.database, `${table.name} t WHERE ${table.ofRooms}`, [roomIds]);
  }

  async digestOfKeys(table: MovedTable, keys: readonly RowKey[]): Promise<Digest> {
    return digest(this.database, rowsOfKeys(table), [arrayOf(keys)]);
  }

  /** Each row's hash by its key. */
  async hashesOfRooms(table: MovedTable, roomIds: readonly string[]): Promise<Map<RowKey, string>> {
    return hashes(this.database, `SELECT ${keyJson(table)}::text AS key, ${ROW_HASH}::text AS hash FROM ${table.name} t WHERE ${table.ofRooms}`, [roomIds]);
  }

  async hashesOfKeys(table: MovedTable, keys: readonly RowKey[]): Promise<Map<RowKey, string>> {
    return hashes(this.database, `SELECT ${keyJson(table)}::text AS key, ${ROW_HASH}::text AS hash FROM ${rowsOfKeys(table)}`, [arrayOf(keys)]);
  }

  /** Of the partition's log after a position: how many events, the last one's position, and their digest. */
  async logAfter(partition: number, position: number): Promise<{ readonly count: number; readonly last: number; readonly hash: string }> {
    const [row] = await this.database.query<{ count: number; last: number; hash: string }>(
      `SELECT count(*) AS count, coalesce(max(position), $2) AS last, coalesce(sum(${ROW_HASH}), 0)::text AS hash FROM room_events t WHERE partition = $1 AND position > $2`,
      [partition, position],
    );
    return row ?? { count: 0, last: position, hash: '0' };
  }

  /** What makes the order of the partition's log, up to a position. What an event says may be blanked at any time (P35): not a part of it. */
  async logUpTo(partition: number, position: number, eventsAtOnce = CHECKED_EVENTS): Promise<Digest> {
    let [count, hash] = [0, 0n];
    // Page by page: no statement takes so long that it is cut off.
    for (let after = 0; ;) {
      const [page] = await this.database.query<{ count: number; hash: string; last: number }>(LOG_PAGE, [partition, after, position, eventsAtOnce]);
      count += page?.count ?? 0;
      hash += BigInt(page?.hash ?? 0);
      if (page === undefined || page.count < eventsAtOnce) return { count, hash: String(hash) };
      after = page.last;
    }
  }

  async position(partition: number): Promise<number> {
    const [row] = await this.database.query<{ position: number }>('SELECT position FROM partition_progress WHERE partition = $1', [partition]);
    return row?.position ?? 0;
  }

  /** Rooms of the partition by id, after one. */
  async rooms(partition: number, after: string | null, limit: number): Promise<RoomSize[]> {
    return this.database.query<RoomSize & Record<string, unknown>>(
      'SELECT room_id, last_seq FROM rooms WHERE partition = $1 AND ($2::uuid IS NULL OR room_id > $2) ORDER BY room_id LIMIT $3',
      [partition, after, limit],
    );
  }

  /** Rooms whose log has a hole: an event is missing between the first and the newest. */
  async brokenLogs(roomIds: readonly string[]): Promise<string[]> {
    const rows = await this.database.query<{ room_id: string }>(
      'SELECT room_id FROM room_events WHERE room_id = ANY($1::uuid[]) GROUP BY room_id HAVING count(DISTINCT seq) <> max(seq)',
      [roomIds],
    );
    return rows.map((row) => row.room_id);
  }
}

/** The end that a shard leaves: notes what is written while it is copied, closes, and opens again. */
export class ShardSource extends ShardCopy {
  readonly rows: ShardRows;

  constructor(database: PhysicalDatabase, partition: number, token: string) {
    super(database, partition, 'source', token);
    this.rows = new ShardRows(database);
  }

  /** From now on every write to the partition's rows is noted. Waits for writes under way, so that each is either copied or noted. */
  async startNoting(): Promise<void> {
    await this.adopt();
    await this.setTriggers('ENABLE');
  }

  /** Nothing is noted any more, and what was is forgotten. */
  async stopNoting(): Promise<void> {
    await this.setTriggers('DISABLE');
    await this.write((connection) => connection.query('DELETE FROM shard_changes WHERE partition = $1', [this.partition]));
  }

  /** The oldest notes. */
  async changes(): Promise<Changes> {
    const rows = await this.database.query<{ id: number; table_name: string; key: string }>(
      'SELECT id, table_name, key::text AS key FROM shard_changes WHERE partition = $1 ORDER BY id LIMIT $2',
      [this.partition, CHANGES_AT_ONCE],
    );
    const keys = new Map<MovedTable, RowKey[]>();
    for (const table of MOVED_TABLES) {
      const own = new Set(rows.filter((row) => row.table_name === table.name).map(({ key }) => key));
      if (own.size > 0) keys.set(table, [...own]);
    }
    return { ids: rows.map(({ id }) => id), keys };
  }

  /** Those were followed. One that was noted meanwhile stays. */
  async forget({ ids }: Changes): Promise<void> {
    await this.write((connection) => connection.query('DELETE FROM shard_changes WHERE id = ANY($1::bigint[])', [ids]));
  }

  /** No writer gets through any more, and no owner takes the partition (P30). Safe to repeat. */
  async close(): Promise<void> {
    await this.write(async (connection) => {
      await connection.query('SELECT 1 FROM partition_progress WHERE partition = $1 FOR UPDATE', [this.partition]);
      await connection.query(`UPDATE partition_progress SET fence = fence + 1, state = 'moved' WHERE partition = $1 AND state = 'active'`, [this.partition]);
    });
  }

  async removeRest(): Promise<void> {
    await this.removeRows();
    await this.write(async (connection) => {
      for (const { name, ofRooms } of PARTITION_TABLES) {
        if (name !== 'partition_progress') await connection.query(`DELETE FROM ${name} t WHERE ${ofRooms}`, [this.partition]);
      }
    });
  }

  private async setTriggers(verb: 'ENABLE' | 'DISABLE'): Promise<void> {
    const triggers = ['insert', 'update', 'delete'].map((event) => `${verb} TRIGGER shard_changes_${event}`).join(', ');
    // A table at a time: writers wait for one of them, for a moment.
    for (const { name } of MOVED_TABLES) await this.write((connection) => connection.query(`ALTER TABLE ${name} ${triggers}`));
  }
}

async function digest(connection: Queryable, from: string, parameters: readonly unknown[]): Promise<Digest> {
  const [row] = await connection.query<{ count: number; hash: string }>(
    `SELECT count(*) AS count, coalesce(sum(${ROW_HASH}), 0)::text AS hash FROM ${from}`,
    parameters,
  );
  return row ?? { count: 0, hash: '0' };
}

async function hashes(connection: Queryable, sql: string, parameters: readonly unknown[]): Promise<Map<RowKey, string>> {
  const rows = await connection.query<{ key: string; hash: string }>(sql, parameters);
  return new Map(rows.map(({ key, hash }) => [key, hash]));
}

function arrayOf(json: readonly string[]): string {
  return `[${json.join(',')}]`;
}
