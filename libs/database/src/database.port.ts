import type { Client, ClientConfig } from 'pg';

/** One row as the driver returns it. `bigint` columns are numbers: ids here stay below 2^53. */
export type Row = Record<string, unknown>;

/** Something SQL can be sent to. Parameters are `$1`, `$2`, ...; objects are sent as JSON. */
export interface Queryable {
  /**
   * Runs one statement. Rejects with a `DatabaseError`: `kind` is `data` for SQLSTATE classes 22, 23 and 54000 (the statement is
   * certainly refused for what it contains), `fenced` for the commit function's own AC001, `outage` for everything else (its outcome may be unknown, P7, P16).
   */
  query<R extends Row = Row>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
}

/** A physical database: its primary. */
export interface PhysicalDatabase extends Queryable {
  /** Its name in the shard map. */
  readonly name: string;
  /** Runs `work` in one transaction on one connection; rolls back if it rejects. Not retried. */
  transaction<Result>(work: (connection: Queryable) => Promise<Result>): Promise<Result>;
}

/** What a library's own pool of connections to the directory is made with. */
export interface DirectoryAccess {
  /** Of one host: the primary as it is known now. */
  readonly url: string;
  /** A class for the pool's clients: each connects to the primary of its moment, and is cut when that is another one. */
  readonly Client: new (config?: ClientConfig) => Client;
}

/** Where logical shards live. Every method that reaches a server rejects with `DatabaseError`. */
export abstract class Database {
  /** How many logical shards there are (P4). */
  abstract readonly partitionCount: number;

  /** The database that holds users, credentials, sessions and the shard map. */
  abstract directory(): PhysicalDatabase;

  /** The database that holds a partition's rooms. */
  abstract shard(partition: number): PhysicalDatabase;

  /** The same database as `shard`, over connections kept for its single writer: no reader delays a commit, and no time limit cancels one (P6). */
  abstract writer(partition: number): PhysicalDatabase;

  /**
   * Asks a replica of the database that holds a partition. Resolves with what it answers where `isFresh` says that this is new enough; with undefined
   * where it isn't, or no replica is well enough to answer at once: then the primary is to be asked. Never rejects.
   */
  abstract readReplica<R extends Row = Row>(
    partition: number,
    sql: string,
    parameters: readonly unknown[],
    isFresh: (rows: readonly R[]) => boolean,
  ): Promise<R[] | undefined>;

  /** The names of all databases that partitions may be moved to, whether they hold any now or not. */
  abstract names(): readonly string[];

  /** The database of that name, over connections for work on much at once, which no time limit cancels. @throws DatabaseError where none is configured. */
  abstract named(name: string): PhysicalDatabase;

  /** Every physical database that holds partitions, each once. */
  abstract shards(): readonly PhysicalDatabase[];

  /**
   * Reads again where the partitions are: before the first use of a sharded installation, and when one turns out to have moved (P30).
   * Resolves with whether something moved since the last time; concurrent calls share one read.
   */
  abstract reload(): Promise<boolean>;

  /** How libraries that open connections of their own (TypeORM, the job queue) reach the directory. */
  abstract directoryAccess(): DirectoryAccess;

  /** Resolves when every primary answered within `timeoutMs`, else rejects with the first `DatabaseError`. */
  abstract ping(timeoutMs: number): Promise<void>;

  /** Closes every connection, then the servers it started. Safe to call twice. */
  abstract close(): Promise<void>;
}
