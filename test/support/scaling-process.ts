import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '@agent-chat/testing';

const LAUNCHER = resolve(__dirname, '../../scripts/scaling.mjs');
const START_LIMIT_MS = 120_000;
const GONE_WITHIN = { timeoutMs: 10_000, intervalMs: 100 };

/** What `cluster.json` says. */
export interface ClusterFile {
  readonly entry: string;
  readonly gateways: readonly string[];
  readonly processes: readonly { readonly name: string; readonly app: string; readonly pid: number; readonly port: number; readonly log: string }[];
}

/** `npm run dev:scaling` without npm, on data of its own. */
export class ScalingProcess {
  private output = '';
  private readonly exited: Promise<unknown>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly dataDir: string,
  ) {
    this.exited = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  static makeDataDir(): string {
    const dataDir = mkdtempSync(join(tmpdir(), 'agent-chat-scaling-'));
    chmodSync(dataDir, 0o755);
    return dataDir;
  }

  static removeDataDir(dataDir: string): void {
    rmSync(dataDir, { recursive: true, force: true });
  }

  static spawn(dataDir: string, port: number, words: readonly string[]): ScalingProcess {
    const env = { ...process.env, DATA_DIR: dataDir, PORT: String(port), RATE_LIMITS: 'off' };
    const child = spawn(process.execPath, [LAUNCHER, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    return new ScalingProcess(child, dataDir);
  }

  /** Everything that it printed. */
  get printed(): string {
    return this.output;
  }

  /** What the file for programs says now; undefined without one. */
  get file(): ClusterFile | undefined {
    const path = join(this.dataDir, 'cluster.json');
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ClusterFile) : undefined;
  }

  async untilReady(): Promise<ClusterFile> {
    const deadlineMs = performance.now() + START_LIMIT_MS;
    while (!this.output.includes('Ctrl-C stops everything')) {
      if (this.child.exitCode !== null || performance.now() > deadlineMs) throw new Error(`The cluster did not start:\n${this.output}`);
      await new Promise((next) => setTimeout(next, 50));
    }
    const { file } = this;
    if (file === undefined) throw new Error('There is no cluster.json');
    return file;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.ended();
  }

  async ended(): Promise<number | null> {
    await this.exited;
    return this.child.exitCode;
  }
}

/** Resolves once none of these processes runs, nor any whose command names `folder`. One that nobody has buried yet is gone, too. */
export async function untilGone(pids: readonly number[], folder: string): Promise<void> {
  const left = (): string[] =>
    execFileSync('ps', ['-eo', 'pid=,stat=,args='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => !/^\d+ +Z/.test(line) && (pids.includes(Number.parseInt(line, 10)) || line.includes(folder)));
  await eventually(() => {
    expect(left()).toEqual([]);
  }, GONE_WITHIN);
}
