import { setTimeout as delay } from 'node:timers/promises';
import { ClusterUnderLoad } from './load/cluster-under-load';
import { CpuProfiler } from './load/cpu-profiler';
import { type BenchOptions, numberOption, rounded, tell } from './load/options';
import { cpuSecondsOfFamily, residentKbOf } from './load/process-usage';

export const description =
  'a whole cluster that nobody uses: CPU of each process, in percent of one core (seconds=60 settleSeconds=20 gateways=2 chats=2 cpuProfile=<directory>)';

interface Watched {
  readonly name: string;
  readonly pid: number;
}

function watched(cluster: ClusterUnderLoad): Watched[] {
  const named = Object.entries(cluster.parts).flatMap(([part, pids]) => pids.map((pid, index) => ({ name: `${part}-${String(index + 1)}`, pid })));
  const own = new Set(cluster.apps.map(({ pid }) => pid));
  return [...named.filter(({ pid }) => own.has(pid)), ...named.filter(({ pid }) => !own.has(pid))];
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number>; rows: object[] }> {
  const profiler = CpuProfiler.in(options['cpuProfile']);
  const seconds = numberOption(options, 'seconds', 60);
  const cluster = await ClusterUnderLoad.start({
    gateways: numberOption(options, 'gateways', 2),
    chats: numberOption(options, 'chats', 2),
    ...(profiler === undefined ? {} : { nodeArguments: profiler.nodeArguments }),
  });
  try {
    tell('settling');
    await delay(numberOption(options, 'settleSeconds', 20) * 1_000);
    tell(`watching for ${String(seconds)} s`);
    const processes = watched(cluster);
    const startMs = performance.now();
    const before = processes.map(({ pid }) => cpuSecondsOfFamily(pid));
    const watch = (): Promise<void> => delay(seconds * 1_000);
    await (profiler?.sample(cluster.parts, () => ({ second: seconds }), watch) ?? watch());
    const took = (performance.now() - startMs) / 1_000;
    const shares = processes.map(({ pid }, index) => ((cpuSecondsOfFamily(pid) - (before[index] ?? 0)) / took) * 100);
    const own = shares.slice(0, cluster.apps.length).reduce((total, share) => total + share, 0);
    const all = shares.reduce((total, share) => total + share, 0);
    const rows = processes.map(({ name, pid }, index) => ({
      process: name,
      '% of a core': rounded(shares[index] ?? 0, 2),
      'resident MB': Math.round(residentKbOf(pid) / 1_024),
    }));
    return { figures: { ownPercentOfACore: rounded(own, 2), serversPercentOfACore: rounded(all - own, 2), processes: cluster.apps.length }, rows };
  } finally {
    await cluster.remove();
  }
}
