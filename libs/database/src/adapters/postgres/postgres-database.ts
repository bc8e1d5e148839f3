import { DatabaseError } from '../../database-error';
import { type AbsentDatabases } from './absent-databases';
import { FIRST_DATABASE } from '../../first-database';
import { Database, type DirectoryAccess, type PhysicalDatabase, type Row } from '../../database.port';
import { followingClient } from './following-client';
import { PostgresPhysicalDatabase } from './postgres-physical-database';
import { PrimaryFinder } from './primary-finder';
import { ReplicaSet } from './replica-set';
import { ShardMap } from './shard-map';
import type { StatementObserver } from './statement-observer';

/** The directory, and the databases that hold shards. */
export interface PostgresDatabaseOptions {
  /** Of the directory. Any URL here may list several hosts: the one that is the primary is used. */
  readonly url: string;
  /** Databases that hold shards, by their names in the shard map; without any, the directory's holds all. */
  readonly shardUrls?: Readonly<Record<string, string>>;
  /** Replicas by the name of their database, one host each. */
  readonly replicaUrls?: Readonly<Record<string, readonly string[]>>;
  /** How many logical shards there are (P4). */
  readonly partitionCount: number;
  readonly poolSize?: number;
  readonly statementTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** How long a server may say nothing to a commit before its outcome counts as unknown (P7). Nothing cancels it there (P6). */
  readonly commitSilenceMs?: number;
  readonly observer?: StatementObserver;
  /** Those that were away when the process started. */
  readonly absent?: AbsentDatabases;
  /** Stops the server behind it, where this process started one; called once, after the connections are closed. */
  readonly stopServer?: () => Promise<void>;
}

/** One commits, the others load what the next batch needs. */
const WRITER_CONNECTIONS = 4;
const BULK_CONNECTIONS = 4;
/** Beyond what a commit takes that waits for a standby, until somebody decides that there is none. */
const COMMIT_SILENCE_MS = 15_000;

/** One Postgres, over connections for everybody and others for the single writer. */
interface Place {
  readonly name: string;
  readonly finder: PrimaryFinder;
  readonly shared: PostgresPhysicalDatabase;
  readonly writer: PostgresPhysicalDatabase;
  readonly replicas: ReplicaSet;
  /** For work on much at once, which may take its time and holds up nobody. */
  readonly bulk: PostgresPhysicalDatabase;
}

/** Directory and shards on one Postgres or on several. */
export class PostgresDatabase extends Database {
  readonly partitionCount: number;
  private readonly places: ReadonlyMap<string, Place>;
  private readonly main: Place;
  private readonly map: ShardMap;
  private closing: Promise<void> | undefined;

  constructor(private readonly options: PostgresDatabaseOptions) {
    super();
    this.partitionCount = options.partitionCount;
    this.main = openPlace(FIRST_DATABASE, options.url, options);
    this.places = new Map([
      [FIRST_DATABASE, this.main],
      ...Object.entries(options.shardUrls ?? {}).map(([name, url]): [string, Place] => [name, openPlace(name, url, options)]),
    ]);
    this.map = new ShardMap(options.partitionCount, this.main.shared, FIRST_DATABASE);
  }

  override directory(): PhysicalDatabase {
    return this.main.shared;
  }

  override shard(partition: number): PhysicalDatabase {
    return this.placeOf(this.map.databaseOf(partition)).shared;
  }

  override writer(partition: number): PhysicalDatabase {
    return this.placeOf(this.map.databaseOf(partition)).writer;
  }

  override async readReplica<R extends Row>(
    partition: number,
    sql: string,
    parameters: readonly unknown[],
    isFresh: (rows: readonly R[]) => boolean,
  ): Promise<R[] | undefined> {
    const { name, replicas } = this.placeOf(this.map.databaseOf(partition));
    return this.options.absent?.has(name) === true ? undefined : replicas.read(sql, parameters, isFresh);
  }

  override names(): readonly string[] {
    return [...this.places.keys()];
  }

  override named(name: string): PhysicalDatabase {
    return this.placeOf(name).bulk;
  }

  override shards(): readonly PhysicalDatabase[] {
    return this.map.inUse().map((name) => this.placeOf(name).shared);
  }

  override async reload(): Promise<boolean> {
    const moved = await this.map.reload();
    // Now rather than when the first of its rooms is asked for.
    for (const name of this.map.inUse()) this.placeOf(name);
    return moved;
  }

  /** Which host of each database is the primary: known before the first one fails, its successor is recognised at once. Never rejects. */
  async findPrimaries(): Promise<void> {
    await Promise.all([...this.places.values()].map(({ finder }) => finder.look()));
  }

  override directoryAccess(): DirectoryAccess {
    const { finder } = this.main;
    return { url: finder.url, Client: followingClient(finder) };
  }

  override async ping(timeoutMs: number): Promise<void> {
    const names = new Set([FIRST_DATABASE, ...this.map.inUse()]);
    await Promise.all([...names].map((name) => ping(this.placeOf(name).shared, timeoutMs)));
  }

  override close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  /** Connections open, idle, and callers waiting for one, of the directory's database. */
  poolState(): ReturnType<PostgresPhysicalDatabase['poolState']> {
    return this.main.shared.poolState();
  }

  private placeOf(name: string): Place {
    const place = this.places.get(name);
    if (place === undefined) throw unknownDatabase(name, [...this.places.keys()]);
    return place;
  }

  private async closeOnce(): Promise<void> {
    try {
      await this.options.absent?.close();
      await Promise.all(
        [...this.places.values()].flatMap(({ shared, writer, bulk, replicas }) => [shared, writer, bulk, replicas].map((pool) => pool.close())),
      );
    } finally {
      await this.options.stopServer?.();
    }
  }
}

function openPlace(name: string, url: string, options: PostgresDatabaseOptions): Place {
  const finder = new PrimaryFinder({ url });
  const requirePresent = (): void => options.absent?.requirePresent(name);
  const place = { name, finder, connectTimeoutMs: options.connectTimeoutMs ?? 5_000, requirePresent, observer: options.observer };
  return {
    name,
    finder,
    shared: new PostgresPhysicalDatabase({ ...place, poolSize: options.poolSize ?? 16, statementTimeoutMs: options.statementTimeoutMs ?? 30_000 }),
    writer: new PostgresPhysicalDatabase({
      ...place,
      poolSize: WRITER_CONNECTIONS,
      statementTimeoutMs: 0,
      silenceMs: options.commitSilenceMs ?? COMMIT_SILENCE_MS,
    }),
    bulk: new PostgresPhysicalDatabase({ ...place, poolSize: BULK_CONNECTIONS, statementTimeoutMs: 0 }),
    replicas: new ReplicaSet({ name, urls: options.replicaUrls?.[name] ?? [], poolSize: options.poolSize ?? 16, observer: options.observer }),
  };
}

async function ping(database: PostgresPhysicalDatabase, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(outage(`${database.name} did not answer within ${timeoutMs} ms.`)), timeoutMs);
  });
  try {
    const [row] = await Promise.race([database.query('select pg_is_in_recovery() as standby'), tooLate]);
    if (row?.['standby'] !== false) throw outage(`${database.name} is a standby, not a primary.`);
  } finally {
    clearTimeout(timer);
  }
}

function unknownDatabase(name: string, known: readonly string[]): DatabaseError {
  return outage(`The shard map places partitions on the database "${name}", but only ${known.join(', ')} are configured: add it to SHARD_DATABASES.`);
}

function outage(message: string): DatabaseError {
  return new DatabaseError('outage', undefined, message, undefined, undefined);
}
