import { readdirSync, readFileSync } from 'node:fs';

/** A process that another one has started. */
export interface ChildProcessOf {
  readonly pid: number;
  /** Whether it still runs. */
  isThere(): boolean;
}

/** The processes that a process has started whose command line has these words. Linux only. */
export function childrenOf(parent: number, words: string): ChildProcessOf[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.filter((pid) => new RegExp(`^PPid:\\s+${String(parent)}$`, 'm').test(read(pid, 'status')) && read(pid, 'cmdline').includes(words));
  return found.map((pid) => ({ pid: Number(pid), isThere: () => read(pid, 'cmdline').includes(words) }));
}

/** Empty for a process that has ended. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
