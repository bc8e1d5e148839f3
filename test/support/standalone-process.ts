import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from './free-port';
import { type TestedSystem } from './tested-system';

const MAIN = resolve(__dirname, '../../dist/apps/standalone/main.js');
/** What `npm start` gives to Node. */
const AS_NPM_START = ['--max-semi-space-size=64'];
const READY_TIMEOUT_MS = 30_000;

/** A real standalone process on a data directory and a port of its own; it keeps both over kills and restarts. */
export class StandaloneProcess implements TestedSystem {
  readonly url: string;
  private child: ChildProcess | undefined;
  private output = '';

  private constructor(
    private readonly port: number,
    readonly dataDir: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly nodeArguments: readonly string[],
  ) {
    this.url = `http://127.0.0.1:${String(port)}`;
  }

  /** Starts on an empty data directory, or on what `prepare` puts there; resolves when it is ready. */
  static async start(
    env: NodeJS.ProcessEnv = {},
    nodeArguments: readonly string[] = [],
    prepare: (dataDir: string) => void = () => undefined,
  ): Promise<StandaloneProcess> {
    const dataDir = mkdtempSync(join(tmpdir(), 'agent-chat-e2e-'));
    // As root the database server runs as another user, who has to pass through: else its files lie elsewhere and outlive the test.
    chmodSync(dataDir, 0o755);
    prepare(dataDir);
    const process_ = new StandaloneProcess(await freePort(), dataDir, env, nodeArguments);
    await process_.restart();
    return process_;
  }

  get otherUrl(): string {
    return this.url;
  }

  get roomDatabases(): readonly string[] {
    const { DATABASE_URL } = this.env;
    return DATABASE_URL === undefined ? [] : [DATABASE_URL];
  }

  get settings(): Readonly<Record<string, string>> {
    const { DATABASE_URL } = this.env;
    return { DATA_DIR: this.dataDir, ...(DATABASE_URL === undefined ? {} : { DATABASE_URL }) };
  }

  /** Its database; its own one listens elsewhere after each start. */
  get databaseUrl(): string {
    const { DATABASE_URL } = this.env;
    if (DATABASE_URL !== undefined) return DATABASE_URL;
    const read = (file: string): string => readFileSync(join(this.dataDir, 'postgres', file), 'utf8').trim();
    return `postgres://agent_chat:${read('password')}@127.0.0.1:${String(read('data/postmaster.pid').split('\n')[3])}/agent_chat`;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Everything that it printed since its last start. */
  get printed(): string {
    return this.output;
  }

  /** What it holds of the machine's memory, in bytes. */
  get residentBytes(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(this.pid)}/status`, 'utf8'))?.[1]) * 1_024;
  }

  /** Starts it (again); resolves when it is ready. */
  async restart(): Promise<void> {
    this.output = '';
    const env = { ...process.env, RATE_LIMITS: 'off', LOG_LEVEL: 'warn', ...this.env, PORT: String(this.port), DATA_DIR: this.dataDir };
    const child = spawn(process.execPath, [...AS_NPM_START, ...this.nodeArguments, MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-100_000)));
    await this.untilReady(child);
  }

  /** Ends it at once, as a power cut would. Its Postgres is left behind, as then. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Lets it drain. */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** Stops it and removes its data. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** Resolves with its exit code once it has ended by itself. */
  async ended(): Promise<number | null> {
    const { child } = this;
    if (child?.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child?.exitCode ?? null;
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this;
    if (child?.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    return child.exitCode;
  }

  private async untilReady(child: ChildProcess): Promise<void> {
    const deadlineMs = performance.now() + READY_TIMEOUT_MS;
    while (performance.now() < deadlineMs) {
      if (child.exitCode !== null) throw new Error(`The standalone ended with ${String(child.exitCode)}:\n${this.output}`);
      const answer = await fetch(`${this.url}/api/health/ready`).catch(() => undefined);
      if (answer?.status === 200) return;
      await new Promise((next) => setTimeout(next, 25));
    }
    throw new Error(`The standalone was not ready in ${String(READY_TIMEOUT_MS)} ms:\n${this.output}`);
  }
}
