import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { StandaloneProcess } from '../support/standalone-process';
import { type BenchOptions, numberOption, rounded } from './load/options';

export const description =
  'what part of the values asked of each cache is there, on the standard mix from its very beginning (connections=200 rate=100 seconds=90)';

const LOAD_TOOL = resolve(__dirname, '../../dist/apps/load/main.js');
const READS = /^agent_chat_cache_reads_total\{cache="([^"]+)",result="(hit|miss)"\} (\d+)/gm;

type Reads = Map<string, { hit: number; miss: number }>;

async function readsOf(url: string): Promise<Reads> {
  const text = await (await fetch(`${url}/api/metrics`)).text();
  const reads: Reads = new Map();
  for (const [, cache = '', result, count] of text.matchAll(READS)) {
    const counts = reads.get(cache) ?? { hit: 0, miss: 0 };
    counts[result as 'hit' | 'miss'] += Number(count);
    reads.set(cache, counts);
  }
  return reads;
}

async function standardMix(url: string, folder: string, options: BenchOptions): Promise<void> {
  const sizes = { connections: 200, rate: 100, seconds: 90 };
  const words = Object.entries(sizes).flatMap(([name, fallback]) => [`--${name}`, String(numberOption(options, name, fallback))]);
  const report = join(folder, 'load.html');
  const tool = spawn(process.execPath, [LOAD_TOOL, 'standard', '--url', url, '--report', report, ...words], { stdio: ['ignore', 2, 2] });
  const [code] = (await once(tool, 'exit')) as [number | null];
  // 1: a limit of the scenario did not hold, which is for the load tool to tell.
  if (code !== 0 && code !== 1) throw new Error(`The load tool ended with ${String(code)}`);
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number>; rows: Record<string, number | string>[] }> {
  const server = await StandaloneProcess.start();
  try {
    await standardMix(server.url, server.dataDir, options);
    const reads = [...(await readsOf(server.url))];
    const all = reads.map(([, counts]) => counts).reduce((sum, { hit, miss }) => ({ hit: sum.hit + hit, miss: sum.miss + miss }), { hit: 0, miss: 0 });
    const percent = ({ hit, miss }: { hit: number; miss: number }): number => rounded((100 * hit) / (hit + miss), 2);
    return {
      figures: { hitPercent: percent(all), historyHitPercent: percent(new Map(reads).get('history') ?? { hit: 0, miss: 0 }) },
      rows: reads.map(([cache, counts]) => ({ cache, ...counts, 'hit %': percent(counts) })),
    };
  } finally {
    await server.remove();
  }
}
