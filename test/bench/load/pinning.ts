import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** The process and its living children. */
function familyOf(pid: number): number[] {
  const parentOf = (child: string): number => Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${child}/stat`, 'utf8'))?.[1]);
  const isChild = (child: string): boolean => {
    try {
      return parentOf(child) === pid;
    } catch {
      return false;
    }
  };
  return [
    pid,
    ...readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && isChild(name))
      .map(Number),
  ];
}

/**
 * Gives a server a processor of its own, and another to everything else, so that neither takes time from the other. Answers where they run, in words;
 * where the system can't (no Linux, no `taskset`, one processor), everything stays where it is.
 */
export function pinApart(server: number, others: readonly number[], family: number): string {
  if (availableParallelism() < 2) return 'on one processor, all together';
  try {
    execFileSync('taskset', ['-acp', '0', String(server)], { stdio: 'ignore' });
    for (const pid of [...others, ...familyOf(family)]) execFileSync('taskset', ['-acp', '1', String(pid)], { stdio: 'ignore' });
    return 'the server on one processor, load and Postgres on another';
  } catch {
    return 'wherever the system puts them';
  }
}
