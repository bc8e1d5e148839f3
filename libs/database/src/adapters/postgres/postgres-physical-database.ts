import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { DatabaseError } from '../../database-error';
import type { PhysicalDatabase, Queryable, Row } from '../../database.port';
import { toDatabaseError } from './error-translation';
import { followingClient, type FollowingClient } from './following-client';
import { ForgottenStatementError, namedFailure, PreparedStatements } from './prepared-statements';
import type { PrimaryFinder } from './primary-finder';
import type { StatementObserver } from './statement-observer';
import { typeParsers } from './type-parsers';

/** Where a physical database is, and how much of it one process uses. */
export interface PhysicalDatabaseOptions {
  readonly name: string;
  /** Shared by all pools of this database. */
  readonly finder: PrimaryFinder;
  readonly poolSize: number;
  /** The server cancels a statement after this; 0 is never. */
  readonly statementTimeoutMs: number;
  /** How long a statement waits for a connection. */
  readonly connectTimeoutMs: number;
  /** How much longer than that a server may say nothing at all. */
  readonly answerGraceMs?: number;
  /** Where no statement is cancelled: how long a server may say nothing before its connection counts as dead. The outcome of the statement is unknown then. */
  readonly silenceMs?: number;
  /** Throws the `DatabaseError` that everybody gets for as long as the database may not be used. */
  readonly requirePresent?: () => void;
  readonly observer?: StatementObserver | undefined;
  /** How long a connection keeps the plans of its statements. */
  readonly plansKeptMs?: number;
}

const IDLE_TIMEOUT_MS = 60_000;
const ANSWER_GRACE_MS = 5_000;
/** A statement that runs for longer may wait for a primary that is none any more. */
const SUSPICIOUS_AFTER_MS = 1_000;
const READ_ONLY = '25006';
/** What in the server says that a commit was not waited for until it reached a standby. */
const UNREPLICATED = 'SyncRepWaitForLSN';

/** A connection while one caller has it; a broken one is closed instead of going back. */
interface Lease {
  readonly client: PoolClient;
  broken: boolean;
  /** The server warned that a commit may be on no standby: its outcome is unknown (P7). */
  unreplicated: boolean;
  readonly startedMs: number;
}

/** One Postgres behind a pool; a pooler in transaction mode may stand between. */
export class PostgresPhysicalDatabase implements PhysicalDatabase {
  readonly name: string;
  private readonly pool: Pool;
  private readonly finder: PrimaryFinder;
  private readonly observer: StatementObserver | undefined;
  private readonly requirePresent: () => void;
  private readonly prepared: PreparedStatements;
  /** When each connection came back from somebody who had got an answer on it. */
  private readonly heardAtMs = new WeakMap<PoolClient, number>();
  /** When the last statement left that got no answer. */
  private silentSinceMs = -Infinity;

  constructor(options: PhysicalDatabaseOptions) {
    this.name = options.name;
    this.finder = options.finder;
    this.observer = options.observer;
    this.requirePresent = options.requirePresent ?? ignore;
    this.prepared = new PreparedStatements(options.plansKeptMs);
    this.pool = new Pool({
      Client: followingClient(options.finder),
      application_name: 'agent-chat',
      max: options.poolSize,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      connectionTimeoutMillis: options.connectTimeoutMs,
      keepAlive: true,
      types: typeParsers,
      options: '-c TimeZone=UTC',
      ...timeLimits(options),
    });
    // An idle connection that dies emits here, and would end the process unheard; the next statement reports the outage.
    this.pool.on('error', ignore);
    // The pool listens to idle connections alone. One that dies in anybody's hands, or on the way there, would end the process as well.
    this.pool.on('connect', (client) => client.on('error', ignore));
  }

  async query<R extends Row = Row>(sql: string, parameters?: readonly unknown[]): Promise<R[]> {
    try {
      return await this.withConnection((lease) => this.run<R>(lease, sql, parameters));
    } catch (error) {
      if (!(error instanceof ForgottenStatementError)) throw error;
      // Without a name: the other connections may have forgotten it as well.
      return this.withConnection((lease) => this.run<R>(lease, sql, parameters, false));
    }
  }

  async transaction<Result>(work: (connection: Queryable) => Promise<Result>): Promise<Result> {
    return this.withConnection(async (lease) => {
      const connection: Queryable = { query: (sql, parameters) => this.run(lease, sql, parameters) };
      await connection.query('BEGIN');
      let result: Result;
      try {
        result = await work(connection);
      } catch (error) {
        // Who says nothing any more would be waited for once more: the server rolls back by itself when the connection closes.
        if (error instanceof DatabaseError && error.isAway) lease.broken = true;
        else await this.rollback(lease);
        throw error;
      }
      await this.commit(lease);
      return result;
    });
  }

  /** Connections open, idle, and callers waiting for one. */
  poolState(): { readonly total: number; readonly idle: number; readonly waiting: number } {
    return { total: this.pool.totalCount, idle: this.pool.idleCount, waiting: this.pool.waitingCount };
  }

  /** Waits for what runs, then closes every connection. Call once. */
  async close(): Promise<void> {
    await this.pool.end();
  }

  private async withConnection<Result>(work: (lease: Lease) => Promise<Result>): Promise<Result> {
    this.requirePresent();
    const client = await this.connect();
    const lease: Lease = { client, broken: false, unreplicated: false, startedMs: performance.now() };
    const onNotice = ({ routine }: { readonly routine?: string | undefined }): void => {
      if (routine === UNREPLICATED) lease.unreplicated = true;
    };
    client.on('notice', onNotice);
    try {
      return await work(lease);
    } catch (error) {
      if (error instanceof DatabaseError) this.distrust(lease, error);
      throw error;
    } finally {
      client.off('notice', onNotice);
      this.heardAtMs.set(client, performance.now());
      client.release(lease.broken);
    }
  }

  /** After a failure: is the connection still good, and this host still the primary? */
  private distrust(lease: Lease, error: DatabaseError): void {
    const isReadOnly = error.sqlState === READ_ONLY;
    if (!error.isAway && !isReadOnly) return;
    lease.broken = true;
    if (error.sqlState === undefined) this.silentSinceMs = lease.startedMs;
    void this.finder.look();
  }

  /**
   * Nothing was heard on it since before a statement got no answer. What forgot the one connection has forgotten the other, too: nobody waits on each of
   * them in turn.
   */
  private isSuspect(client: PoolClient): boolean {
    return (this.heardAtMs.get(client) ?? Infinity) < this.silentSinceMs;
  }

  private async connect(): Promise<PoolClient> {
    const startedMs = performance.now();
    try {
      for (;;) {
        const client = (await this.pool.connect()) as PoolClient & FollowingClient;
        if (!client.isStale && !this.isSuspect(client)) return client;
        client.release(true);
      }
    } catch (thrown) {
      // Whatever is wrong with the way there says nothing about the statement's content.
      const { sqlState, message, detail } = toDatabaseError(thrown);
      this.observe(startedMs, 'outage');
      void this.finder.look();
      throw new DatabaseError('outage', sqlState, message, detail, thrown);
    }
  }

  private async run<R extends Row>(lease: Lease, sql: string, parameters?: readonly unknown[], mayHaveName = parameters !== undefined): Promise<R[]> {
    const { client } = lease;
    const startedMs = performance.now();
    const watch = this.watchStall();
    let name: string | undefined;
    try {
      if (mayHaveName) name = await this.prepared.nameFor(client, sql);
      const values = parameters === undefined ? {} : { values: [...parameters] };
      const { rows } = await client.query<R>({ text: sql, ...values, ...(name !== undefined && { name }) });
      requireReplicated(lease);
      this.observe(startedMs, 'ok');
      return rows;
    } catch (thrown) {
      const failure = toDatabaseError(thrown);
      const error = name === undefined ? failure : namedFailure(failure);
      if (error instanceof ForgottenStatementError) lease.broken = true;
      this.observe(startedMs, error.kind);
      throw error;
    } finally {
      clearInterval(watch);
    }
  }

  private async commit(lease: Lease): Promise<void> {
    const startedMs = performance.now();
    const watch = this.watchStall();
    try {
      const { command } = await lease.client.query('COMMIT');
      requireReplicated(lease);
      this.observe(startedMs, 'ok');
      // COMMIT of a transaction in which a statement failed rolls back and calls that a success.
      if (command !== 'COMMIT') {
        throw new DatabaseError('outage', '25P02', 'The transaction had failed and was rolled back.', undefined, undefined);
      }
    } catch (thrown) {
      throw toDatabaseError(thrown);
    } finally {
      clearInterval(watch);
    }
  }

  // A paused host says nothing at all; another may have taken its place.
  private watchStall(): NodeJS.Timeout | undefined {
    return this.finder.hasChoice ? setInterval(() => void this.finder.look(), SUSPICIOUS_AFTER_MS).unref() : undefined;
  }

  // Never rejects: the caller has a better error already. The server rolls back by itself when the connection closes.
  private async rollback(lease: Lease): Promise<void> {
    try {
      await lease.client.query('ROLLBACK');
    } catch {
      lease.broken = true;
    }
  }

  private observe(startedMs: number, outcome: 'ok' | DatabaseError['kind']): void {
    this.observer?.({ database: this.name, durationMs: performance.now() - startedMs, outcome });
  }
}

/** The server's limit comes first; the other is for a server that no longer answers at all. */
function timeLimits({ statementTimeoutMs, answerGraceMs = ANSWER_GRACE_MS, silenceMs }: PhysicalDatabaseOptions): PoolConfig {
  if (statementTimeoutMs > 0) return { statement_timeout: statementTimeoutMs, query_timeout: statementTimeoutMs + answerGraceMs };
  return silenceMs === undefined ? {} : { query_timeout: silenceMs };
}

function requireReplicated(lease: Lease): void {
  if (!lease.unreplicated) return;
  lease.broken = true;
  throw new DatabaseError('outage', undefined, 'The commit was not confirmed by a standby.', undefined, undefined);
}

function ignore(): void {
  // A connection's failure is carried to its caller by the statement under way.
}
