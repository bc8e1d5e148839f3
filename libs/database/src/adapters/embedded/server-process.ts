import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { DatabaseStartError, startErrorFromOutput } from './database-start-error';
import { serverEnvironment } from './cluster-files';
import { asAccount, type ServerAccount } from './server-account';
import { serverParameters } from './server-settings';
import { codeOf } from './system-error';

const POLL_MS = 20;
// Recovery after a crash may have gigabytes of log to read.
const READY_TIMEOUT_MS = 600_000;
const FAST_STOP_MS = 30_000;
const STOP_MS = 10_000;
// Ends the server soon after the process that started it, however that died: then the pipe to its input closes.
const WATCHDOG = `trap '' HUP INT TERM; read -r line; [ "$line" = done ] || kill -INT "$1"`;

/** What a server is started with. */
export interface ServerProcessOptions {
  readonly postgres: string;
  readonly data: string;
  readonly port: number;
  readonly account: ServerAccount | undefined;
  readonly logFile: string;
  /** In place of those that every server runs with. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** One running server. It is in a session of its own, so that Ctrl-C reaches this process first and it can drain. */
export class ServerProcess {
  private readonly server: ChildProcess;
  private watchdog: ChildProcess | undefined;
  private readonly ended: Promise<void>;
  private hasEnded = false;
  private spawnFault = '';

  constructor(private readonly options: ServerProcessOptions) {
    const { postgres, data, port, account, logFile, settings } = options;
    // Begun anew at each start, so that it stays small.
    const log = openSync(logFile, 'w', 0o600);
    try {
      this.server = spawn(postgres, serverParameters(data, port, settings), {
        ...asAccount(account),
        cwd: data,
        env: serverEnvironment(),
        detached: true,
        stdio: ['ignore', log, log],
      });
    } finally {
      closeSync(log);
    }
    this.ended = new Promise((resolve) => {
      const settle = (): void => {
        this.hasEnded = true;
        this.dismissWatchdog();
        resolve();
      };
      this.server.once('exit', settle);
      this.server.once('error', (error) => {
        this.spawnFault = error.message;
        settle();
      });
    });
    this.startWatchdog();
  }

  /** Resolves once the server is gone, for whatever reason. */
  whenEnded(): Promise<void> {
    return this.ended;
  }

  /** What the server has written since it started. */
  output(): string {
    return this.spawnFault + readFileSync(this.options.logFile, 'utf8');
  }

  /** Resolves when the server takes connections; rejects with what it said when it ended instead. */
  async whenReady(url: string): Promise<void> {
    for (let waitedMs = 0; waitedMs < READY_TIMEOUT_MS; waitedMs += POLL_MS) {
      if (this.hasEnded) throw startErrorFromOutput(this.output(), this.options.data);
      const fault = await tryConnect(url);
      if (fault === undefined) return;
      if (fault.startsWith('28')) {
        throw new DatabaseStartError(`The password beside ${this.options.data} is not the database's.`, 'Restore that file from a backup.');
      }
      await Promise.race([delay(POLL_MS), this.ended]);
    }
    throw new DatabaseStartError(`Postgres on ${this.options.data} is not ready after ${READY_TIMEOUT_MS / 1000} s.`, 'Look at server.log beside it.');
  }

  /** Ends sessions, writes a checkpoint, waits; one that doesn't end that way is ended harder and recovers at its next start. */
  async stop(): Promise<void> {
    for (const [signal, patienceMs] of [
      ['SIGINT', FAST_STOP_MS],
      ['SIGQUIT', STOP_MS],
      ['SIGKILL', STOP_MS],
    ] as const) {
      if (this.hasEnded) return;
      this.server.kill(signal);
      await Promise.race([this.ended, delay(patienceMs, undefined, { ref: false })]);
    }
  }

  private startWatchdog(): void {
    const { pid } = this.server;
    if (process.platform === 'win32' || pid === undefined) return;
    this.watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'agent-chat-watchdog', String(pid)], {
      ...asAccount(this.options.account),
      cwd: '/',
      env: serverEnvironment(),
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // Without it the next start still ends an orphan.
    this.watchdog.on('error', () => undefined);
    this.watchdog.stdin?.on('error', () => undefined);
    this.watchdog.unref();
  }

  // It must not signal a pid that may be another's by then.
  private dismissWatchdog(): void {
    this.watchdog?.stdin?.end('done\n');
    this.watchdog = undefined;
  }
}

/** Undefined when it answered, else the SQLSTATE or code of the fault. */
async function tryConnect(url: string): Promise<string | undefined> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return undefined;
  } catch (error) {
    return codeOf(error) ?? 'unknown';
  }
}
