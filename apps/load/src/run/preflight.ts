import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Mistake } from '../mistake';
import { type Scenario } from '../scenario/scenario';

/** Files, pipes and what Node itself keeps open. */
const OTHER_DESCRIPTORS = 100;
const TIMEOUT_MS = 5_000;

/** Whether something that looks like the system answers at each URL. */
export async function checkUrls(urls: readonly string[]): Promise<void> {
  for (const url of urls) {
    const answer = await fetch(`${url}/api/health/live`, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: unknown) => {
      const { message, cause } = error as { readonly message: string; readonly cause?: { readonly code?: string } };
      throw new Mistake(`Nothing answers at ${url}: ${cause?.code ?? message}`);
    });
    if (!answer.ok) throw new Mistake(`${url} is no Agent Chat, or is not ready: ${url}/api/health/live answered ${String(answer.status)}`);
  }
}

/** Whether each process may hold its part of the connections. */
export function checkDescriptors({ people, connections = people }: Scenario, workers: number, limit = descriptorLimit()): void {
  const needed = Math.ceil(connections / workers) + OTHER_DESCRIPTORS;
  if (limit === undefined || needed <= limit) return;
  const enough = Math.ceil(connections / Math.max(1, limit - OTHER_DESCRIPTORS));
  throw new Mistake(
    `Each of the ${String(workers)} processes needs ${String(needed)} file descriptors and may have ${String(limit)}: raise it with "ulimit -n ${String(needed)}" in this shell, or take --workers ${String(enough)}.`,
  );
}

/** Whether the result can be written when there is one, and not over the scenario. */
export function checkWritable(paths: readonly string[], scenario: string): void {
  for (const path of paths) {
    if (resolve(path) === resolve(scenario)) throw new Mistake(`${path} is the scenario: name another file to write to`);
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '', { flag: 'a' });
    } catch (error) {
      throw new Mistake(`${path} cannot be written: ${(error as Error).message}`);
    }
  }
}

/** Node raises the soft limit to the hard one by itself. */
function descriptorLimit(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const [, hard] = /Max open files\s+\S+\s+(\S+)/.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return hard === undefined || hard === 'unlimited' ? undefined : Number(hard);
}
