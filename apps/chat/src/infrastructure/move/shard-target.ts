import { type PhysicalDatabase } from '@agent-chat/database';
import { PARTITION_TABLES, removeKeys, writeRows, type MovedTable } from './moved-tables';
import { ShardCopy } from './shard-copy';
import { type RowKey, ShardRows } from './shard-source';

/** What some keys of a table stand for now: the rows that there are. */
export interface ChangedRows {
  readonly table: MovedTable;
  readonly keys: readonly RowKey[];
  readonly rows: readonly string[];
}

/** The end that a shard comes to: not active until the map says so. */
export class ShardTarget extends ShardCopy {
  readonly rows: ShardRows;

  constructor(database: PhysicalDatabase, partition: number, token: string) {
    super(database, partition, 'target', token);
    this.rows = new ShardRows(database);
  }

  /** An empty place: what an earlier move, or an earlier stay, has left is removed. */
  async prepare(): Promise<void> {
    await this.adopt();
    await this.database.query(`INSERT INTO partition_progress (partition, state) VALUES ($1, 'moved') ON CONFLICT DO NOTHING`, [this.partition]);
    await this.removeRows();
  }

  /** Writes rows under keys that have none yet, or the same. */
  async add(table: MovedTable, rows: readonly string[]): Promise<void> {
    await this.write((connection) => connection.query(writeRows(table), [`[${rows.join(',')}]`]));
  }

  /** These keys have these rows from now on, and no others. In one transaction: writers may be waiting for each round trip. */
  async replace(changed: readonly ChangedRows[]): Promise<void> {
    await this.write(async (connection) => {
      for (const { table, keys, rows } of changed) {
        await connection.query(removeKeys(table), [`[${keys.join(',')}]`]);
        if (rows.length > 0) await connection.query(writeRows(table), [`[${rows.join(',')}]`]);
      }
    });
  }

  /** What goes with the partition and not with a room, as it is in the source now. */
  async replacePartition(source: ShardRows): Promise<void> {
    const read = PARTITION_TABLES.map(async (table) => ({ table, rows: await source.ofPartition(table, this.partition) }));
    const current = await Promise.all(read);
    await this.write(async (connection) => {
      for (const { table, rows } of current) {
        await connection.query(`DELETE FROM ${table.name} t WHERE ${table.ofRooms}`, [this.partition]);
        if (rows.length > 0) await connection.query(writeRows(table), [`[${rows.join(',')}]`]);
      }
    });
  }

  /** As if nothing had ever been copied. */
  async abandon(): Promise<void> {
    await this.adoptRemaining();
    const [present] = await this.database.query('SELECT 1 FROM shard_copies WHERE partition = $1 AND role = $2', [this.partition, 'target']);
    if (present === undefined) return;
    await this.removeRows();
    await this.write(async (connection) => {
      for (const { name, ofRooms } of PARTITION_TABLES) await connection.query(`DELETE FROM ${name} t WHERE ${ofRooms}`, [this.partition]);
    });
    await this.release();
  }
}
