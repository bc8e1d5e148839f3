import { eventually } from '@agent-chat/testing';
import { join } from 'node:path';
import { type StandaloneProcess } from './standalone-process';

/** What a process needs that is to report its memory. */
export const REPORTS_MEMORY = ['--expose-gc', '--require', join(__dirname, 'report-memory.cjs')];

/** What a process holds after it has collected its garbage; it was started with `REPORTS_MEMORY`. */
export async function reportedMemory(server: StandaloneProcess): Promise<NodeJS.MemoryUsage> {
  const before = server.printed.split('memory ').length;
  process.kill(server.pid, 'SIGUSR2');
  const line = await eventually(() => {
    const parts = server.printed.split('memory ');
    if (parts.length <= before) throw new Error('no report yet');
    return Promise.resolve(parts.at(-1) ?? '');
  });
  return JSON.parse(line.split('\n')[0] ?? '') as NodeJS.MemoryUsage;
}
