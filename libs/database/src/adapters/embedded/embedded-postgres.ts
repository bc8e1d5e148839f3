import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { findBinaries, type Binaries } from './binaries';
import { prepareCluster, SERVER_USER, type ClusterFiles } from './cluster-files';
import { DatabaseStartError } from './database-start-error';
import { DirectoryLock } from './directory-lock';
import { stopOrphan } from './orphan';
import { serverAccount, type ServerAccount } from './server-account';
import { prepareHome } from './server-home';
import { ServerProcess } from './server-process';

/** Where the server keeps its files, and who is told what. */
export interface EmbeddedPostgresOptions {
  /** Absolute. Made if missing. */
  readonly dataDir: string;
  /** Told of what an operator should know, such as where files are. */
  readonly log: (line: string) => void;
  /** Told when the server ended by itself; nothing can be stored from then on. */
  readonly onUnexpectedEnd?: (message: string) => void;
}

const DATABASE = 'agent_chat';
const ATTEMPTS = 20;
const RETRY_MS = 250;
// Somebody took the port between our look and the server's; or sessions of a server that was killed are still ending.
const PASSING = /Address already in use|pre-existing shared memory block/;

/** A real Postgres that belongs to this process and its DATA_DIR. */
export class EmbeddedPostgres {
  private stopping: Promise<void> | undefined;

  private constructor(
    /** With the password. */
    readonly url: string,
    private readonly server: ServerProcess,
    private readonly lock: DirectoryLock,
  ) {}

  /**
   * Starts the server, after ending one that an earlier run left behind, and resolves when it takes connections.
   * @throws DatabaseStartError with the problem and its fix.
   */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const account = serverAccount();
    const binaries = findBinaries(account);
    if (binaries.copiedTo !== undefined)
      options.log(`The user ${account?.name ?? ''} can't reach the installed Postgres, so it runs from ${binaries.copiedTo}.`);
    const home = prepareHome(options.dataDir, account);
    if (home.elsewhere) options.log(`The user ${account?.name ?? ''} can't enter ${options.dataDir}, so the database is in ${home.path}.`);
    const lock = await takeLock(home.path, options.dataDir);
    try {
      const cluster = await prepareCluster(home.path, binaries, account);
      const orphan = await stopOrphan(cluster.data);
      if (orphan !== undefined) options.log(`Stopped the database server ${orphan} that an earlier run left behind.`);
      const { url, server } = await startServer(home.path, cluster, binaries, account);
      const started = new EmbeddedPostgres(url, server, lock);
      started.watch(options);
      return started;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Stops the server cleanly and gives DATA_DIR free. Safe to call twice. */
  stop(): Promise<void> {
    this.stopping ??= this.server.stop().finally(() => this.lock.release());
    return this.stopping;
  }

  private watch({ log, onUnexpectedEnd = log }: EmbeddedPostgresOptions): void {
    void this.server.whenEnded().then(() => {
      if (this.stopping === undefined) onUnexpectedEnd(`The database server ended by itself: ${this.server.output().trim().split('\n').slice(-3).join(' ')}`);
    });
  }
}

async function takeLock(home: string, dataDir: string): Promise<DirectoryLock> {
  try {
    return await DirectoryLock.acquire(home, dataDir);
  } catch (error) {
    throw DatabaseStartError.ofFile(error, home);
  }
}

async function startServer(
  home: string,
  { data, password }: ClusterFiles,
  { postgres }: Binaries,
  account: ServerAccount | undefined,
): Promise<{ url: string; server: ServerProcess }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const server = new ServerProcess({ postgres, data, port, account, logFile: join(home, 'server.log') });
    const urlOf = (database: string): string => `postgres://${SERVER_USER}:${password}@127.0.0.1:${port}/${database}`;
    try {
      await server.whenReady(urlOf('postgres'));
      await ensureDatabase(urlOf('postgres'));
      return { url: urlOf(DATABASE), server };
    } catch (error) {
      await server.stop();
      if (attempt === ATTEMPTS || !PASSING.test(server.output())) throw error;
      await delay(RETRY_MS);
    }
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rows.length > 0) return;
    // Failed statements are reported by their callers; the server's log keeps what concerns the server.
    await client.query(`alter role ${SERVER_USER} set log_min_messages = 'log'`);
    await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}
