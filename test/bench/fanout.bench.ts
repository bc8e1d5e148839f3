import { formatPercentiles } from '@agent-chat/load';
import { StandaloneProcess } from '../support/standalone-process';
import { type ChildTask, startTask } from './load/child-task';
import { CpuProfiler } from './load/cpu-profiler';
import { type BroadcastFigures, type CrowdPlan } from './load/crowd';
import { type BenchOptions, isOn, numberOption, rounded, tell } from './load/options';
import { cpuSecondsOf } from './load/process-usage';

export const description =
  'one room with many connections: deliveries a second, beside bare ws writing the same frames (connections=2000 rate=20 seconds=10 users=20 baseline=true cpuProfile=<directory>)';

const WARMUP = { rate: 5, seconds: 2 };

interface Measured extends BroadcastFigures {
  readonly deliveriesPerSecond: number;
  readonly serverMicrosADelivery: number;
}

async function measure(crowd: ChildTask, serverPid: number, options: BenchOptions, profiler?: CpuProfiler): Promise<Measured> {
  await crowd.ask('broadcast', WARMUP);
  const before = cpuSecondsOf(serverPid);
  const plan = { rate: numberOption(options, 'rate', 20), seconds: numberOption(options, 'seconds', 10) };
  const broadcast = (): Promise<BroadcastFigures> => crowd.ask<BroadcastFigures>('broadcast', plan);
  const unitsOf = ({ deliveries, posted }: BroadcastFigures): Record<string, number> => ({ delivery: deliveries, message: posted });
  const figures = profiler === undefined ? await broadcast() : await profiler.sample({ server: [serverPid] }, unitsOf, broadcast);
  return {
    ...figures,
    deliveriesPerSecond: Math.round(figures.deliveries / figures.seconds),
    serverMicrosADelivery: rounded(((cpuSecondsOf(serverPid) - before) * 1e6) / figures.deliveries),
  };
}

async function withCrowd<Result>(plan: CrowdPlan, use: (crowd: ChildTask) => Promise<Result>): Promise<Result> {
  const crowd = startTask('crowd.process.ts');
  try {
    await crowd.ask('prepare', plan);
    await crowd.ask('connect');
    return await use(crowd);
  } finally {
    await crowd.stop();
  }
}

async function measureChat(plan: Omit<CrowdPlan, 'url' | 'isBare'>, options: BenchOptions): Promise<Measured> {
  const profiler = CpuProfiler.in(options['cpuProfile']);
  const server = await StandaloneProcess.start(
    { MAX_CONNECTIONS_PER_USER: String(plan.connections), MAX_CONNECTIONS: String(plan.connections + 100) },
    profiler?.nodeArguments,
  );
  try {
    return await withCrowd({ ...plan, url: server.url, isBare: false }, (crowd) => measure(crowd, server.pid, options, profiler));
  } finally {
    await server.remove();
  }
}

async function measureBare(plan: Omit<CrowdPlan, 'url' | 'isBare'>, options: BenchOptions): Promise<Measured> {
  const server = startTask('bare-ws.process.ts');
  try {
    const { url } = await server.ask<{ url: string }>('start');
    return await withCrowd({ ...plan, url, isBare: true }, (crowd) => measure(crowd, server.pid, options));
  } finally {
    await server.stop();
  }
}

function rowOf(server: string, measured: Measured): object {
  return {
    server,
    'deliveries/s': measured.deliveriesPerSecond,
    'server us/delivery': measured.serverMicrosADelivery,
    'delivery p50/95/99/max ms': formatPercentiles(measured.delivery),
    deliveries: `${String(measured.deliveries)} of ${String(measured.expected)}`,
    faults: measured.faults,
  };
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number>; rows: object[] }> {
  const plan = {
    users: numberOption(options, 'users', 20),
    connections: numberOption(options, 'connections', 2_000),
    rooms: 1,
    roomsPerConnection: 1,
  };
  const chat = await measureChat(plan, options);
  const own = { deliveriesPerSecond: chat.deliveriesPerSecond, faults: chat.faults };
  if (!isOn(options, 'baseline', true)) return { figures: own, rows: [rowOf('agent-chat', chat)] };
  tell('bare ws');
  const bare = await measureBare(plan, options);
  const figures = {
    ...own,
    bareDeliveriesPerSecond: bare.deliveriesPerSecond,
    cpuRatioToBare: rounded(chat.serverMicrosADelivery / bare.serverMicrosADelivery, 2),
  };
  return { figures, rows: [rowOf('agent-chat', chat), rowOf('bare ws', bare)] };
}
