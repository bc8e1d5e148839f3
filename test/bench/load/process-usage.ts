import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `sysconf(_SC_CLK_TCK)` of every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

interface ProcessRow {
  readonly parent: number;
  readonly cpuSeconds: number;
  /** Of its children that have ended. */
  readonly endedSeconds: number;
}

function rowOf(pid: number): ProcessRow | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const seconds = (first: number): number => (Number(fields[first]) + Number(fields[first + 1])) / TICKS_A_SECOND;
    return { parent: Number(fields[1]), cpuSeconds: seconds(11), endedSeconds: seconds(13) };
  } catch {
    return undefined;
  }
}

/** CPU time of a process so far; NaN where the system doesn't tell. */
export function cpuSecondsOf(pid: number): number {
  return rowOf(pid)?.cpuSeconds ?? Number.NaN;
}

/** The living children of a process, oldest first. */
export function childrenOf(pid: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((child) => rowOf(child)?.parent === pid).sort((one, other) => one - other);
}

/** CPU time of a process and of its children, also of those that have ended. */
export function cpuSecondsOfFamily(pid: number): number {
  const own = rowOf(pid);
  if (own === undefined) return Number.NaN;
  return childrenOf(pid).reduce((total, child) => total + (rowOf(child)?.cpuSeconds ?? 0), own.cpuSeconds + own.endedSeconds);
}

/** Resident kilobytes of a process. */
export function residentKbOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]);
  } catch {
    return Number.NaN;
  }
}

/** Kilobytes of a process and its children that no other process shares, and their share of what is shared; NaN where the system doesn't tell. */
export function residentKbOfFamily(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((total, each) => total + proportionalKbOf(each), 0);
}

function proportionalKbOf(pid: number): number {
  try {
    return Number(/Pss:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8'))?.[1]);
  } catch {
    return existsSync(`/proc/${String(pid)}`) ? Number.NaN : 0;
  }
}

/** The embedded server of a data directory: its pid, and a URL for another client. */
export function embeddedServerOf(dataDir: string): { readonly pid: number; readonly url: string } {
  // As root the server's files may have to lie elsewhere.
  const pointer = join(dataDir, 'postgres.location');
  const home = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : join(dataDir, 'postgres');
  const lines = readFileSync(join(home, 'data/postmaster.pid'), 'utf8').split('\n');
  const password = readFileSync(join(home, 'password'), 'utf8').trim();
  return { pid: Number(lines[0]), url: `postgres://agent_chat:${password}@127.0.0.1:${lines[3] ?? ''}` };
}
