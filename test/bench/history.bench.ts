import { formatPercentiles } from '@agent-chat/load';
import { StandaloneProcess } from '../support/standalone-process';
import { type ChildTask, startTask } from './load/child-task';
import { CpuProfiler } from './load/cpu-profiler';
import { type PagesFigures, type PagesPlan } from './load/history-reader.process';
import { type BenchOptions, numberOption } from './load/options';
import { cpuSecondsOf, cpuSecondsOfFamily, embeddedServerOf } from './load/process-usage';

export const description =
  "warm pages of a room's history over REST, one reader and several (messages=5000 limit=50 seconds=8 concurrency=8 cpuProfile=<directory>)";

const WARMUP_SECONDS = 3;

interface Row extends Record<string, number | string> {
  readonly readers: number;
  readonly 'pages/s': number;
}

async function measure(load: ChildTask, server: StandaloneProcess, plan: PagesPlan, profiler?: CpuProfiler): Promise<Row> {
  const postgres = embeddedServerOf(server.dataDir).pid;
  const before = [cpuSecondsOf(server.pid), cpuSecondsOfFamily(postgres)] as const;
  const read = (): Promise<PagesFigures> => load.ask<PagesFigures>('read', plan);
  const sampled = profiler?.sample({ server: [server.pid] }, ({ pages }) => ({ page: pages }), read);
  const { pages, seconds, latency, bytesAPage } = await (sampled ?? read());
  return {
    readers: plan.concurrency,
    'pages/s': Math.round(pages / seconds),
    'p50/95/99/max ms': formatPercentiles(latency),
    'server us/page': Math.round(((cpuSecondsOf(server.pid) - before[0]) * 1e6) / pages),
    'postgres us/page': Math.round(((cpuSecondsOfFamily(postgres) - before[1]) * 1e6) / pages),
    'bytes/page': bytesAPage,
  };
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number>; rows: Row[] }> {
  const profiler = CpuProfiler.in(options['cpuProfile']);
  const server = await StandaloneProcess.start({}, profiler?.nodeArguments);
  const load = startTask('history-reader.process.ts');
  try {
    await load.ask('fill', { url: server.url, messages: numberOption(options, 'messages', 5_000) });
    const plan = { seconds: numberOption(options, 'seconds', 8), limit: numberOption(options, 'limit', 50) };
    const concurrency = numberOption(options, 'concurrency', 8);
    await load.ask('read', { ...plan, seconds: WARMUP_SECONDS, concurrency });
    const rows = [await measure(load, server, { ...plan, concurrency: 1 }), await measure(load, server, { ...plan, concurrency }, profiler)];
    return { figures: { pagesPerSecond: rows[1]?.['pages/s'] ?? 0 }, rows };
  } finally {
    await load.stop();
    await server.remove();
  }
}
