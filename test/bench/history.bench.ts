import { formatPercentiles } from '@agent-chat/load';
import { StandaloneProcess } from '../support/standalone-process';
import { type ChildTask, startTask } from './load/child-task';
import { CpuProfiler } from './load/cpu-profiler';
import { type PagesFigures, type PagesPlan } from './load/history-reader.process';
import { type BenchOptions, numberOption, rounded, tell } from './load/options';
import { pinApart } from './load/pinning';
import { cpuSecondsOf, cpuSecondsOfFamily, embeddedServerOf } from './load/process-usage';

export const description =
  "warm pages of a room's history over REST, beside a bare HTTP server that sends the same bytes (messages=5000 limit=50 seconds=8 concurrency=8 cpuProfile=<directory>)";

const WARMUP_SECONDS = 3;

interface Row extends Record<string, number | string> {
  readonly readers: number;
  readonly 'pages/s': number;
  readonly 'p95 ms': number;
}

/** Who is asked, and whose time is measured. */
interface Asked {
  readonly name: string;
  readonly pid: number;
  readonly postgres?: number;
  readonly profiler?: CpuProfiler | undefined;
}

async function measure(load: ChildTask, { name, pid, postgres, profiler }: Asked, plan: PagesPlan): Promise<Row> {
  const cpuSeconds = (): number[] => [cpuSecondsOf(pid), postgres === undefined ? Number.NaN : cpuSecondsOfFamily(postgres), cpuSecondsOf(load.pid)];
  const before = cpuSeconds();
  const read = (): Promise<PagesFigures> => load.ask<PagesFigures>('read', plan);
  const sampled = profiler?.sample({ server: [pid] }, ({ pages }) => ({ page: pages }), read);
  const { pages, seconds, latency, bytesAPage } = await (sampled ?? read());
  const [server, database, reader] = cpuSeconds().map((after, at) => Math.round(((after - (before[at] ?? 0)) * 1e6) / pages));
  return {
    server: name,
    readers: plan.concurrency,
    'pages/s': Math.round(pages / seconds),
    'p95 ms': rounded(latency.p95, 2),
    'p50/95/99/max ms': formatPercentiles(latency),
    'server us/page': server ?? 0,
    'postgres us/page': database ?? 0,
    'load us/page': reader ?? 0,
    'bytes/page': bytesAPage,
  };
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number | string>; rows: Row[] }> {
  const profiler = CpuProfiler.in(options['cpuProfile']);
  const server = await StandaloneProcess.start({}, profiler?.nodeArguments);
  const [load, bare] = [startTask('history-reader.process.ts'), startTask('bare-http.process.ts')];
  try {
    const postgres = embeddedServerOf(server.dataDir).pid;
    await load.ask('fill', { url: server.url, messages: numberOption(options, 'messages', 5_000) });
    const plan = { seconds: numberOption(options, 'seconds', 8), limit: numberOption(options, 'limit', 50) };
    const concurrency = numberOption(options, 'concurrency', 8);
    const processors = pinApart(server.pid, [load.pid], postgres);
    pinApart(bare.pid, [], postgres);
    tell(`history: ${processors}`);
    const asked = { name: 'standalone', pid: server.pid, postgres };
    await load.ask('read', { ...plan, seconds: WARMUP_SECONDS, concurrency });
    const rows = [await measure(load, asked, { ...plan, concurrency: 1 }), await measure(load, { ...asked, profiler }, { ...plan, concurrency })];
    const { url } = await bare.ask<{ url: string }>('start', { body: await load.ask('sample', plan) });
    rows.push(await measure(load, { name: 'bare HTTP', pid: bare.pid }, { ...plan, concurrency, url }));
    const [, busy, limit] = rows;
    return {
      figures: {
        pagesPerSecond: busy?.['pages/s'] ?? 0,
        p95Ms: busy?.['p95 ms'] ?? 0,
        bareServerPagesPerSecond: limit?.['pages/s'] ?? 0,
        processors,
      },
      rows,
    };
  } finally {
    await Promise.all([load.stop(), bare.stop()]);
    await server.remove();
  }
}
