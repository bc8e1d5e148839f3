import { Database, type DatabaseError, type PhysicalDatabase, type Queryable, type Row } from '@agent-chat/database';
import { Injectable } from '@nestjs/common';

// Any number will do, as long as every release uses the same.
const LOCK = 7_204_511_990;

// Months by the database's clock, for it is also what events' times are corrected by (P17).
// The catalogue is asked as a table: to_regclass may answer from a cache that a mere advisory lock doesn't refresh.
const MONTHS = `
SELECT name, from_at, to_at FROM (
  SELECT to_char(month, '"room_events_"YYYY_MM') AS name, to_char(month, 'YYYY-MM-DD"T00:00:00Z"') AS from_at,
    to_char(month + interval '1 month', 'YYYY-MM-DD"T00:00:00Z"') AS to_at
  FROM generate_series(date_trunc('month', now() AT TIME ZONE 'UTC'), date_trunc('month', now() AT TIME ZONE 'UTC') + $1 * interval '1 month', interval '1 month') month
) wanted WHERE NOT EXISTS (
  SELECT 1 FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'room_events'::regclass AND c.relname = wanted.name
) ORDER BY name`;

// The months that a database has.
const HAS = `
SELECT c.relname AS name, to_char(month, 'YYYY-MM-DD"T00:00:00Z"') AS from_at, to_char(month + interval '1 month', 'YYYY-MM-DD"T00:00:00Z"') AS to_at
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  CROSS JOIN LATERAL (SELECT to_date(right(c.relname, 7), 'YYYY_MM')::timestamp AS month) named
WHERE i.inhparent = 'room_events'::regclass AND c.relname ~ '^room_events_[0-9]{4}_[0-9]{2}$' ORDER BY 1`;

interface Month extends Row {
  readonly name: string;
  readonly from_at: string;
  readonly to_at: string;
}

/** The log's partitions by month: made before they are needed, so that the default one stays empty. */
@Injectable()
export class EventMonths {
  constructor(private readonly database: Database) {}

  /**
   * Makes what is missing of this month and the next `ahead`, on every database; answers the names of the tables made. Safe to run anywhere, at once.
   * Rejects with `DatabaseError` when it is done with the others where one fails.
   */
  async prepare(ahead: number): Promise<string[]> {
    const made = await Promise.allSettled(this.database.shards().map((shard) => this.prepareShard(shard, ahead)));
    const failed = made.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason as DatabaseError;
    return made.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  }

  /** Makes in one database what another one has: a shard is about to move there. */
  async prepareLike(shard: PhysicalDatabase, model: PhysicalDatabase): Promise<void> {
    const wanted = await model.query<Month>(HAS);
    await shard.transaction(async (connection) => {
      await connection.query(`SET LOCAL lock_timeout = '5s'`);
      await connection.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      const present = new Set((await connection.query<Month>(HAS)).map(({ name }) => name));
      for (const month of wanted) if (!present.has(month.name)) await makeMonth(connection, month);
    });
  }

  private async prepareShard(shard: PhysicalDatabase, ahead: number): Promise<string[]> {
    // Mostly there is nothing to do; then nothing is locked.
    if ((await shard.query<Month>(MONTHS, [ahead])).length === 0) return [];
    return shard.transaction(async (connection) => {
      await connection.query(`SET LOCAL lock_timeout = '5s'`);
      await connection.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      const missing = await connection.query<Month>(MONTHS, [ahead]);
      for (const month of missing) await makeMonth(connection, month);
      return missing.map(({ name }) => name);
    });
  }
}

/**
 * Rows that the default partition took for want of this one are moved. Writers wait at the log itself: one that has chosen the default
 * partition and waits there would be refused afterwards, as if its event were at fault (P16).
 */
async function makeMonth(connection: Queryable, { name, from_at: from, to_at: to }: Month): Promise<void> {
  await connection.query('LOCK TABLE ONLY room_events IN SHARE ROW EXCLUSIVE MODE');
  await connection.query(`CREATE TABLE ${name} (LIKE room_events INCLUDING ALL)`);
  await connection.query(
    `WITH moved AS (DELETE FROM room_events_default WHERE created_at >= $1 AND created_at < $2 RETURNING *) INSERT INTO ${name} SELECT * FROM moved`,
    [from, to],
  );
  await connection.query(`ALTER TABLE room_events ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`);
}
