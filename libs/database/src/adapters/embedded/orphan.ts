import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseStartError } from './database-start-error';
import { commandLineOf, hasRemains, isAlive } from './process-identity';

const POLL_MS = 20;
const STEPS: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 15_000],
  ['SIGQUIT', 10_000],
  ['SIGKILL', 5_000],
];

/** Ends a server that outlived the process which started it. Call with the directory's lock held. Resolves with its pid, or undefined when there was none. */
export async function stopOrphan(data: string): Promise<number | undefined> {
  const pidFile = join(data, 'postmaster.pid');
  if (!existsSync(pidFile)) return undefined;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  if (!isAlive(pid)) {
    // Where nobody collects dead processes, as in many containers, Postgres takes the remains for a server that still runs.
    if (hasRemains(pid)) rmSync(pidFile, { force: true });
    return undefined;
  }
  // The system tells no command lines on Windows: there Postgres itself refuses to start beside another.
  const command = commandLineOf(pid);
  if (command === undefined) return undefined;
  if (!command.includes(`-D ${data} `)) {
    // The pid is another program's by now; Postgres would take that, too, for a server of this directory.
    rmSync(pidFile, { force: true });
    return undefined;
  }
  for (const [signal, patienceMs] of STEPS) {
    if (await end(pid, signal, patienceMs)) return pid;
  }
  throw new DatabaseStartError(`The database server ${pid} of an earlier run does not stop.`, `End the process ${pid} and start again.`);
}

/** Signals a process and waits for its end; false when it didn't come in time. */
async function end(pid: number, signal: NodeJS.Signals, patienceMs: number): Promise<boolean> {
  try {
    process.kill(pid, signal);
  } catch {
    return !isAlive(pid);
  }
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += POLL_MS) {
    if (!isAlive(pid)) return true;
    await delay(POLL_MS);
  }
  return !isAlive(pid);
}
