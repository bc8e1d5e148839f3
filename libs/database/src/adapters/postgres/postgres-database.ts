import { DatabaseError } from '../../database-error';
import { Database, type PhysicalDatabase } from '../../database.port';
import { PostgresPhysicalDatabase } from './postgres-physical-database';
import type { StatementObserver } from './statement-observer';

/** One Postgres that holds the directory and every shard. */
export interface PostgresDatabaseOptions {
  readonly url: string;
  /** Its name in the shard map; `main` unless given. */
  readonly name?: string;
  /** How many logical shards there are (P4). */
  readonly partitionCount: number;
  readonly poolSize?: number;
  readonly statementTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  readonly observer?: StatementObserver;
  /** Stops the server behind it, where this process started one; called once, after the connections are closed. */
  readonly stopServer?: () => Promise<void>;
}

/** The name under which an installation's first database stands in the shard map. */
export const FIRST_DATABASE = 'main';
/** One commits, the others load what the next batch needs. */
const WRITER_CONNECTIONS = 4;

/** Shards and directory on one Postgres. */
export class PostgresDatabase extends Database {
  readonly partitionCount: number;
  private readonly main: PostgresPhysicalDatabase;
  private readonly mainWriter: PostgresPhysicalDatabase;
  private closing: Promise<void> | undefined;

  constructor(private readonly options: PostgresDatabaseOptions) {
    super();
    this.partitionCount = options.partitionCount;
    const place = { name: options.name ?? FIRST_DATABASE, url: options.url, connectTimeoutMs: options.connectTimeoutMs ?? 5_000, observer: options.observer };
    this.main = new PostgresPhysicalDatabase({ ...place, poolSize: options.poolSize ?? 16, statementTimeoutMs: options.statementTimeoutMs ?? 30_000 });
    this.mainWriter = new PostgresPhysicalDatabase({ ...place, poolSize: WRITER_CONNECTIONS, statementTimeoutMs: 0 });
  }

  override directory(): PhysicalDatabase {
    return this.main;
  }

  override shard(partition: number): PhysicalDatabase {
    if (!Number.isInteger(partition) || partition < 0 || partition >= this.partitionCount) {
      throw new RangeError(`There is no partition ${partition}; they are 0 to ${this.partitionCount - 1}.`);
    }
    return this.main;
  }

  override writer(partition: number): PhysicalDatabase {
    this.shard(partition);
    return this.mainWriter;
  }

  override shards(): readonly PhysicalDatabase[] {
    return [this.main];
  }

  override directoryUrl(): string {
    return this.options.url;
  }

  override async ping(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(outage(`${this.main.name} did not answer within ${timeoutMs} ms.`)), timeoutMs);
    });
    try {
      const [row] = await Promise.race([this.main.query('select pg_is_in_recovery() as standby'), tooLate]);
      if (row?.['standby'] !== false) throw outage(`${this.main.name} is a standby, not a primary.`);
    } finally {
      clearTimeout(timer);
    }
  }

  override close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  /** Connections open, idle, and callers waiting for one, by database, for metrics. */
  poolState(): ReturnType<PostgresPhysicalDatabase['poolState']> {
    return this.main.poolState();
  }

  private async closeOnce(): Promise<void> {
    try {
      await Promise.all([this.main.close(), this.mainWriter.close()]);
    } finally {
      await this.options.stopServer?.();
    }
  }
}

function outage(message: string): DatabaseError {
  return new DatabaseError('outage', undefined, message, undefined, undefined);
}
