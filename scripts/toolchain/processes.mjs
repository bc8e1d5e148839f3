// Who started whom: from /proc where there is one (a slim Debian has no ps), else from ps.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The numbers of those that a process has started. */
export function childrenOf(pid) {
  const children = read(`/proc/${pid}/task/${pid}/children`);
  if (children !== undefined) return children.split(' ').map(Number).filter(Boolean);
  const pairs = ask(['-A', '-o', 'pid=,ppid='])
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.filter(([, parent]) => parent === pid).map(([child]) => child);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function ask(args) {
  return spawnSync('ps', args, { encoding: 'utf8' }).stdout ?? '';
}
