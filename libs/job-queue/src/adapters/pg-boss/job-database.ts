import { AppError } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import { Client, Pool, type QueryResult } from 'pg';
import { type DeadJobPlace } from '../../job-queue.port';

/** The tables of pg-boss live apart from the application's own. */
export const JOB_SCHEMA = 'jobs';

const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 30_000;
const SCHEMA_LOCK = 7_204_511_981;
/** As long as pg-boss keeps a new one. */
const KEEP_WAITING = '14 days';

/** A job that failed for good, as it lies in the table. */
export interface FailedRow {
  readonly id: string;
  readonly data: { readonly value: unknown };
  readonly retry_count: number;
  readonly completed_on: Date;
  readonly output: { readonly message?: string; readonly value?: { readonly message?: string } } | null;
}

/** The connections that pg-boss and this adapter share. */
export class JobDatabase {
  private readonly logger = new Logger('PgBossJobQueue');
  private readonly pool: Pool;

  constructor(
    private readonly connectionString: string,
    poolSize: number,
  ) {
    this.pool = new Pool({
      connectionString,
      max: poolSize,
      application_name: 'agent-chat-jobs',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
    });
    // An idle connection that breaks is replaced at the next query; unheard, the event would end the process.
    this.pool.on('error', (error) => {
      this.logger.warn(`An idle connection was lost: ${error.message}`);
    });
  }

  /** The shape that pg-boss asks for. */
  executeSql(text: string, values?: unknown[]): Promise<QueryResult> {
    return this.pool.query(text, values);
  }

  /**
   * pg-boss can't keep a key unique over waiting and running jobs together, so an index of our own does. Its inserts say
   * ON CONFLICT DO NOTHING, which any unique index answers. Keys with a time slot (`singleton_on`) are pg-boss's own.
   */
  async ensureKeyIndex(): Promise<void> {
    await this.pool.query(`
      CREATE UNIQUE INDEX IF NOT EXISTS job_live_key ON ${JOB_SCHEMA}.job (name, singleton_key)
        WHERE state <= 'active' AND singleton_key IS NOT NULL AND singleton_on IS NULL`);
  }

  /**
   * Changes tables while nobody else does: making two queues at once deadlocks in the server. The lock has a connection of its own,
   * for those of the pool may all be waiting for it.
   */
  async exclusively(work: () => Promise<void>): Promise<void> {
    const client = new Client({ connectionString: this.connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    client.on('error', (error) => {
      this.logger.warn(`The connection that held a lock was lost: ${error.message}`);
    });
    await client.connect();
    try {
      await client.query('SELECT pg_advisory_lock($1)', [SCHEMA_LOCK]);
      await work();
    } finally {
      await client.end();
    }
  }

  async kinds(): Promise<string[]> {
    const { rows } = await this.pool.query<{ name: string }>(`SELECT name FROM ${JOB_SCHEMA}.queue`);
    return rows.map(({ name }) => name);
  }

  /** By millisecond, as they are told to others. */
  async failed(kind: string, limit: number, after?: DeadJobPlace): Promise<FailedRow[]> {
    const { rows } = await this.pool.query<FailedRow>(
      `SELECT id, data, retry_count, failed_at AS completed_on, output FROM ${JOB_SCHEMA}.job, date_trunc('milliseconds', completed_on) AS failed_at
       WHERE name = $1 AND state = 'failed' AND ($3::timestamptz IS NULL OR (failed_at, id::text COLLATE "C") < ($3, $4::text))
       ORDER BY failed_at DESC, id::text COLLATE "C" DESC LIMIT $2`,
      [kind, limit, after?.failedAt, after?.id],
    );
    return rows;
  }

  /** Without its key: another that has it may wait by now. Answers whether there was one. */
  async revive(kind: string, id: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE ${JOB_SCHEMA}.job SET state = 'created', retry_count = 0, start_after = now(), started_on = NULL, completed_on = NULL, output = NULL,
         singleton_key = NULL, keep_until = now() + interval '${KEEP_WAITING}'
       WHERE name = $1 AND id::text = $2 AND state = 'failed'`,
      [kind, id],
    );
    return rowCount === 1;
  }

  async forget(kind: string, id: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(`DELETE FROM ${JOB_SCHEMA}.job WHERE name = $1 AND id::text = $2 AND state = 'failed'`, [kind, id]);
    return rowCount === 1;
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

/** Runs what needs the database; whatever that throws becomes UNAVAILABLE. */
export async function reach<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof AppError ? error : new AppError('UNAVAILABLE', { detail: 'The job queue cannot be reached', cause: error });
  }
}
