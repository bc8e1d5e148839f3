import { eventually } from '@agent-chat/testing';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { freePort } from './free-port';

const LIFETIME_MS = 120_000;
const ROOT = resolve(__dirname, '../..');

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An app's own program as it was built last, with an environment that holds nothing but what it is given. */
export class AppProcess {
  /** Of its end, whenever that is. */
  readonly ended: Promise<Ended>;
  private stdout = '';
  private stderr = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {
    child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout: this.stdout, stderr: this.stderr }));
  }

  static async start(app: string, env: Readonly<Record<string, string>>): Promise<AppProcess> {
    const port = env['PORT'] ?? String(await freePort());
    const child = spawn(process.execPath, [join(ROOT, `dist/apps/${app}/main.js`)], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], PORT: port, INTERNAL_PORT: '0', DRAIN_MS: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A test that fails leaves nothing behind.
      timeout: LIFETIME_MS,
      killSignal: 'SIGKILL',
    });
    return new AppProcess(child, `http://127.0.0.1:${port}`);
  }

  /** What it has logged, by message. */
  get lines(): readonly string[] {
    return this.stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [(JSON.parse(line) as { msg: string }).msg] : []));
  }

  async probe(name: 'live' | 'ready'): Promise<number> {
    const answer = await fetch(`${this.url}/api/health/${name}`, { headers: { connection: 'close' } });
    await answer.arrayBuffer();
    return answer.status;
  }

  /** Resolves when it waits, which it has to say like this, and is alive and not ready. */
  async waits(line: RegExp): Promise<void> {
    await eventually(
      async () => {
        expect(this.lines).toContainEqual(expect.stringMatching(line));
        expect([await this.probe('live'), await this.probe('ready')]).toEqual([200, 503]);
      },
      { timeoutMs: 40_000, intervalMs: 50 },
    );
  }

  async isReady(): Promise<void> {
    await eventually(async () => expect(await this.probe('ready')).toBe(200), { timeoutMs: 60_000, intervalMs: 50 });
  }

  async stop(): Promise<Ended> {
    this.child.kill('SIGTERM');
    return this.ended;
  }
}
