import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { codeOf } from './system-error';

/** A running process, told apart from a later one that got the same pid; undefined when there is none. */
export function identityOf(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  if (process.platform === 'linux') return linuxIdentity(pid);
  // Without a start time the pid alone decides.
  if (process.platform === 'win32') return String(pid);
  return output('ps', ['-o', 'lstart=', '-p', String(pid)]);
}

/** The command line of a running process; undefined when there is none or the system doesn't tell. */
export function commandLineOf(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  if (process.platform === 'linux') return read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ');
  return process.platform === 'win32' ? undefined : output('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
}

/** Whether a process runs under this pid. */
export function isAlive(pid: number): boolean {
  return exists(pid) && !hasRemains(pid);
}

/** Whether a process has ended under this pid and nobody has collected it yet. */
export function hasRemains(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  const state = statFields(pid)?.[0];
  return state === 'Z' || state === 'X';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

// Start times are ticks since boot, so the boot belongs to the identity.
function linuxIdentity(pid: number): string | undefined {
  const startedTicks = statFields(pid)?.[19];
  return startedTicks === undefined ? undefined : `${read('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}/${startedTicks}`;
}

// The second field is the name in parentheses and may hold anything; the rest starts with the state.
function statFields(pid: number): string[] | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function output(command: string, parameters: readonly string[]): string | undefined {
  try {
    return execFileSync(command, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
