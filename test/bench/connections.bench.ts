import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ClusterUnderLoad } from './load/cluster-under-load';
import { type BenchOptions, numberOption, rounded, tell } from './load/options';
import { childrenOf, cpuSecondsOf, residentKbOf } from './load/process-usage';

export const description =
  'many connections to a cluster with several gateways, each in 5 rooms, with traffic, every delivery verified: memory of each process, rates, latencies ' +
  '(count=20000 perGateway=16700 chats=1 connectionsPerPerson=250 posts=4 reconnects=10 seconds=60 openingRate=1000 workers=<one for each 15,000> cpuProfile=<directory>)';

const LOAD_TOOL = resolve(__dirname, '../../dist/apps/load/main.js');
const ROOM_SIZE = 5;
const SAMPLE_MS = 2_000;

interface LoadResult {
  readonly opening: { readonly connections: number; readonly seconds: number };
  readonly verdict: {
    readonly ok: boolean;
    readonly reasons: readonly string[];
    readonly lost: number;
    readonly duplicated: number;
    readonly reordered: number;
    readonly checkedDeliveries: number;
    readonly control: string;
  };
  readonly acts: Readonly<Record<'post' | 'reconnect', { readonly done: number; readonly due: Spread }>>;
  readonly delivery: Spread;
  readonly deliveries: number;
  readonly connectionErrors: Readonly<Record<string, number>>;
  readonly series: readonly { readonly connections: number; readonly deliveries: number; readonly lagMs: number }[];
}

interface Spread {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** A process, the most that it held, and what it had computed when it was looked at last. */
interface Watched {
  readonly name: string;
  readonly pid: number;
  residentKb: number;
  cpuSeconds: number;
}

/** Looks now and then what each process takes. */
class ProcessWatch {
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly watched: Watched[]) {
    this.timer = setInterval(() => this.look(), SAMPLE_MS);
  }

  add(...more: readonly { readonly name: string; readonly pid: number }[]): void {
    for (const { name, pid } of more)
      if (!this.watched.some((known) => known.pid === pid)) this.watched.push({ name, pid, residentKb: residentKbOf(pid), cpuSeconds: cpuSecondsOf(pid) });
  }

  end(): readonly Watched[] {
    clearInterval(this.timer);
    return this.watched;
  }

  private look(): void {
    for (const each of this.watched) {
      each.residentKb = Math.max(each.residentKb, residentKbOf(each.pid) || 0);
      each.cpuSeconds = cpuSecondsOf(each.pid) || each.cpuSeconds;
    }
  }
}

function scenarioOf(options: BenchOptions, connections: number): object {
  const people = Math.max(ROOM_SIZE, Math.round(connections / numberOption(options, 'connectionsPerPerson', 250)));
  return {
    description: 'Connections that are mostly idle',
    people,
    connections,
    rooms: { count: people, kind: 'private', sizes: { fixed: ROOM_SIZE } },
    mix: { post: numberOption(options, 'posts', 4), reconnect: numberOption(options, 'reconnects', 10) },
    phases: [{ kind: 'steady', name: 'traffic', seconds: numberOption(options, 'seconds', 60) }],
  };
}

/** The load tool as people run it; resolves with its figures, whatever they say. */
async function load(folder: string, words: readonly string[], watch: ProcessWatch): Promise<LoadResult> {
  const json = join(folder, 'figures.json');
  const child = spawn(process.execPath, [LOAD_TOOL, ...words, '--json', json, '--report', join(folder, 'report.html')], { stdio: ['ignore', 2, 2] });
  const timer = setInterval(() => {
    const workers = childrenOf(child.pid ?? 0).map((pid, index) => ({ name: `load-${String(index + 1)}`, pid }));
    watch.add(...workers);
  }, SAMPLE_MS);
  const code = await new Promise<number | null>((next) => child.once('exit', next));
  clearInterval(timer);
  const figures = readFileSync(json, 'utf8');
  if ((code !== 0 && code !== 1) || figures === '') throw new Error(`The load tool ended with ${String(code)}, without figures`);
  return JSON.parse(figures) as LoadResult;
}

function rowsOf(watched: readonly Watched[]): object[] {
  return watched.map(({ name, residentKb, cpuSeconds }) => ({ process: name, 'resident MB': Math.round(residentKb / 1_024), 'CPU s': rounded(cpuSeconds) }));
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number | string>; rows: object[] }> {
  const count = numberOption(options, 'count', 20_000);
  const gateways = Math.max(2, Math.ceil(count / numberOption(options, 'perGateway', 16_700)));
  const env = { MAX_CONNECTIONS: String(count), MAX_CONNECTIONS_PER_USER: String(count) };
  const { cpuProfile } = options;
  const nodeArguments = cpuProfile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProfile}`];
  const cluster = await ClusterUnderLoad.start({ gateways, chats: numberOption(options, 'chats', 1), nodeArguments, env });
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-connections-'));
  try {
    const scenario = join(folder, 'scenario.json');
    writeFileSync(scenario, JSON.stringify(scenarioOf(options, count)));
    const watch = new ProcessWatch([]);
    watch.add(...cluster.apps);
    const empty = new Map(cluster.apps.map(({ pid }) => [pid, residentKbOf(pid)]));
    tell(`${String(count)} connections to ${String(gateways)} gateways`);
    const workers = options['workers'] === undefined ? [] : ['--workers', options['workers']];
    const words = [scenario, '--url', cluster.urls.join(','), '--opening-rate', String(numberOption(options, 'openingRate', 1_000)), ...workers];
    const result = await load(folder, words, watch);
    const watched = watch.end();
    return { figures: figuresOf(result, watched, empty), rows: rowsOf(watched) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await cluster.remove();
  }
}

function figuresOf(result: LoadResult, watched: readonly Watched[], empty: ReadonlyMap<number, number>): Record<string, number | string> {
  const { opening, verdict, acts, delivery, series } = result;
  const gateways = watched.filter(({ name }) => name.startsWith('gateway'));
  const residentKb = gateways.reduce((sum, each) => sum + each.residentKb, 0);
  const grownKb = gateways.reduce((sum, each) => sum + each.residentKb - (empty.get(each.pid) ?? 0), 0);
  return {
    connections: opening.connections,
    leastOpenMeanwhile: Math.min(...series.map(({ connections }) => connections)),
    gateways: gateways.length,
    openingSeconds: rounded(opening.seconds),
    connectsPerSecond: Math.round(opening.connections / opening.seconds),
    residentKbAConnection: rounded(grownKb / opening.connections),
    gatewaysMb: Math.round(residentKb / 1_024),
    allProcessesMb: Math.round(watched.reduce((sum, each) => sum + each.residentKb, 0) / 1_024),
    posts: acts.post.done,
    ackP99Ms: acts.post.due.p99 ?? Number.NaN,
    deliveries: result.deliveries,
    deliveryP50Ms: delivery.p50 ?? Number.NaN,
    deliveryP99Ms: delivery.p99 ?? Number.NaN,
    deliveryMaxMs: delivery.max ?? Number.NaN,
    latenessOfTheLoadMs: Math.max(...series.map(({ lagMs }) => lagMs)),
    reconnects: acts.reconnect.done,
    connectionErrors:
      Object.entries(result.connectionErrors)
        .map(([code, errors]) => `${code} ${String(errors)}`)
        .join(', ') || 'none',
    checkedDeliveries: verdict.checkedDeliveries,
    lost: verdict.lost,
    duplicated: verdict.duplicated,
    reordered: verdict.reordered,
    negativeControl: verdict.control,
    verdict: verdict.ok ? 'passed' : verdict.reasons.join('; '),
  };
}
