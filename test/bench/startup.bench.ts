import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@agent-chat/testing';
import { freePort } from '../support/free-port';

export const description = 'the standalone from its start to GET /api/health/ready = 200, on a fresh and on an existing data directory (runs=5)';

const ENTRY = 'dist/apps/standalone/main.js';
const LIMIT_MS = 60_000;

/** Rejects while the process is neither ready nor gone. */
async function settle(child: ChildProcess, port: number): Promise<'ready' | 'gone'> {
  if (child.exitCode !== null || child.signalCode !== null) return 'gone';
  const answer = await fetch(`http://127.0.0.1:${String(port)}/api/health/ready`);
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`not ready: ${String(answer.status)}`);
  return 'ready';
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** One start: milliseconds from the spawn to ready. The process is stopped gracefully after. */
async function startOnce(dataDirectory: string): Promise<number> {
  const port = await freePort();
  const environment = { ...process.env, PORT: String(port), HOST: '127.0.0.1', DATA_DIR: dataDirectory, LOG_LEVEL: 'error' };
  const startedAt = performance.now();
  const child = spawn(process.execPath, [ENTRY], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const outcome = await eventually(() => settle(child, port), { timeoutMs: LIMIT_MS, intervalMs: 10 });
    if (outcome === 'gone') throw new Error(`the standalone ended with ${String(child.exitCode ?? child.signalCode)} before it was ready`);
    return performance.now() - startedAt;
  } finally {
    await stop(child);
  }
}

function spread(name: string, times: readonly number[]): Record<string, number> {
  const sorted = [...times].sort((one, other) => one - other).map(Math.round);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return { [`${name}MinMs`]: sorted[0] ?? 0, [`${name}MedianMs`]: median, [`${name}MaxMs`]: sorted.at(-1) ?? 0 };
}

/** Starts on `runs` fresh directories, and as often on one that exists. */
export async function run(options: { runs?: string }): Promise<Record<string, number>> {
  if (!existsSync(ENTRY)) throw new Error(`${ENTRY} is missing: there is no standalone to start yet`);
  const runs = Number(options.runs ?? 5);
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-startup-'));
  // As root the database server runs as another user, who has to pass through.
  chmodSync(folder, 0o755);
  try {
    const fresh: number[] = [];
    const existing: number[] = [];
    for (let index = 0; index < runs; index++) fresh.push(await startOnce(join(folder, `fresh-${String(index)}`)));
    for (let index = 0; index < runs; index++) existing.push(await startOnce(join(folder, 'fresh-0')));
    return { runs, ...spread('fresh', fresh), ...spread('existing', existing) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
