import { Client } from 'pg';
import { StandaloneProcess } from '../support/standalone-process';
import { ChildTask } from './load/child-task';
import { type BenchOptions, isOn, numberOption, rounded, tell } from './load/options';
import { formatPercentiles } from './load/percentiles';
import { cpuSecondsOf, cpuSecondsOfFamily, embeddedServerOf } from './load/process-usage';
import { type Population, type RunFigures, type RunPlan, type Verdict } from './load/send-load';

export const description =
  'posts at a steady rate into rooms of 10, every delivery verified, beside a plain Socket.IO server with one INSERT a message ' +
  '(rate=1000 seconds=10 warmup=5 users=100 roomsPerUser=10 members=10 find=false baseline=true baselineRate=<rate> profile=<directory>)';

const DRAIN_SECONDS = 20;
const BASELINE_DRAIN_SECONDS = 2;
const FOUND_SHARE = 0.98;
const FOUND_P99_MS = 200;
const FIND_GROWTH = 1.5;
const FIND_REFINEMENTS = 3;

interface Measured extends RunFigures {
  readonly offered: number;
  readonly serverMicros: number;
  readonly postgresMicros: number;
  /** Transactions of every kind count as commits. */
  readonly postsPerCommit: number;
}

/** A server under load: where it is, and which processes work for it. */
interface Target {
  readonly load: ChildTask;
  readonly serverPid: number;
  readonly postgresPid: number;
  readonly databaseUrl: string;
}

async function transactionsOf(url: string): Promise<number> {
  const client = new Client({ connectionString: `${url}/postgres` });
  await client.connect();
  const { rows } = await client.query<{ sum: string }>('SELECT sum(xact_commit) FROM pg_stat_database');
  await client.end();
  return Number(rows[0]?.sum);
}

async function measure({ load, serverPid, postgresPid, databaseUrl }: Target, plan: RunPlan): Promise<Measured> {
  const transactions = await transactionsOf(databaseUrl);
  const before = [cpuSecondsOf(serverPid), cpuSecondsOfFamily(postgresPid)] as const;
  const figures = await load.ask<RunFigures>('perform', plan);
  const micros = (now: number, then: number): number => Math.round(((now - then) * 1e6) / Math.max(1, figures.acked));
  return {
    ...figures,
    offered: plan.rate,
    postsPerCommit: rounded(figures.acked / ((await transactionsOf(databaseUrl)) - transactions)),
    serverMicros: micros(cpuSecondsOf(serverPid), before[0]),
    postgresMicros: micros(cpuSecondsOfFamily(postgresPid), before[1]),
  };
}

function isSustained({ offered, achieved, ack }: Measured): boolean {
  return achieved >= offered * FOUND_SHARE && ack.p99 < FOUND_P99_MS;
}

/** The highest rate that is sustained: grown until it is not, then narrowed down. */
async function findRate(target: Target, start: number, seconds: number, drainSeconds: number): Promise<Measured> {
  let best: Measured | undefined;
  const attempt = async (rate: number): Promise<boolean> => {
    const measured = await measure(target, { rate: Math.round(rate), seconds, drainSeconds });
    const sustained = isSustained(measured);
    tell(
      `  ${String(measured.offered)}/s: achieved ${String(measured.achieved)}, ack p99 ${String(measured.ack.p99)} ms${sustained ? '' : ' (not sustained)'}`,
    );
    if (sustained || best === undefined) best = measured;
    return sustained;
  };
  let good = 0;
  let bad = start;
  while (await attempt(bad)) {
    good = bad;
    bad *= FIND_GROWTH;
  }
  for (let step = 0; step < FIND_REFINEMENTS; step++) {
    const middle = (good + bad) / 2;
    if (await attempt(middle)) good = middle;
    else bad = middle;
  }
  if (best === undefined) throw new Error('nothing was measured');
  return best;
}

async function loadOf(population: Population): Promise<ChildTask> {
  const load = ChildTask.start('send-load.process.ts');
  await load.ask('open', population);
  return load;
}

function rowOf(name: string, measured: Measured): Record<string, number | string> {
  return {
    server: name,
    offered: measured.offered,
    achieved: measured.achieved,
    'ack p50/95/99/max ms': formatPercentiles(measured.ack),
    'delivery p50/95/99/max ms': formatPercentiles(measured.delivery),
    'server us/post': measured.serverMicros,
    'postgres us/post': measured.postgresMicros,
    'load us/post': measured.cpuMicros,
    'events/frame': measured.eventsPerFrame,
    'posts/commit': measured.postsPerCommit,
    deliveries: `${String(measured.deliveries)} of ${String(measured.expectedDeliveries)}`,
    refused: Object.entries(measured.refusals)
      .map(([code, count]) => `${code} ${String(count)}`)
      .join(', '),
  };
}

class SendBench {
  private readonly population: Omit<Population, 'url' | 'isBare'>;
  private readonly seconds: number;
  private readonly rate: number;

  constructor(private readonly options: BenchOptions) {
    this.rate = numberOption(options, 'rate', 1_000);
    this.seconds = numberOption(options, 'seconds', 10);
    this.population = {
      users: numberOption(options, 'users', 100),
      roomsPerUser: numberOption(options, 'roomsPerUser', 10),
      membersPerRoom: numberOption(options, 'members', 10),
    };
  }

  async run(): Promise<{ figures: Record<string, number | string>; rows: object[] }> {
    const { profile } = this.options;
    const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const server = await StandaloneProcess.start({ HOST: '127.0.0.1' }, profiling);
    try {
      const { measured, verdict } = await this.measureChat(server);
      const rows = [rowOf('agent-chat', measured)];
      const figures: Record<string, number | string> = { ...verdictFigures(verdict), achieved: measured.achieved };
      if (isOn(this.options, 'baseline', true)) {
        const plain = await this.measurePlain(server);
        rows.push(rowOf('plain Socket.IO', plain));
        figures['plainAchieved'] = plain.achieved;
        figures['ratio'] = rounded(measured.achieved / plain.achieved, 2);
      }
      return { figures, rows };
    } finally {
      await server.remove();
    }
  }

  private async measureChat(server: StandaloneProcess): Promise<{ measured: Measured; verdict: Verdict }> {
    tell('registering and subscribing');
    const load = await loadOf({ ...this.population, url: server.url, isBare: false });
    try {
      const postgres = embeddedServerOf(server.dataDir);
      const target = { load, serverPid: server.pid, postgresPid: postgres.pid, databaseUrl: postgres.url };
      const measured = await this.measureTarget(target, this.rate, DRAIN_SECONDS);
      tell('verifying');
      const verdict = await load.ask<Verdict>('verify');
      if (server.printed.trim() !== '') tell(server.printed.slice(-2_000));
      return { measured, verdict };
    } finally {
      await load.stop();
    }
  }

  private async measurePlain(server: StandaloneProcess): Promise<Measured> {
    tell('the plain server');
    const postgres = embeddedServerOf(server.dataDir);
    const plain = ChildTask.start('plain-socket-io.process.ts');
    const { url } = await plain.ask<{ url: string }>('start', { databaseUrl: `${postgres.url}/postgres`, connections: 10 });
    const load = await loadOf({ ...this.population, url, isBare: true });
    try {
      const rate = numberOption(this.options, 'baselineRate', this.rate);
      return await this.measureTarget({ load, serverPid: plain.pid, postgresPid: postgres.pid, databaseUrl: postgres.url }, rate, BASELINE_DRAIN_SECONDS);
    } finally {
      await load.stop();
      await plain.stop();
    }
  }

  private async measureTarget(target: Target, rate: number, drainSeconds: number): Promise<Measured> {
    const warmup = numberOption(this.options, 'warmup', 5);
    // Below what is measured, so that nothing of it is still queued then.
    if (warmup > 0) await measure(target, { rate: Math.min(rate, 1_000), seconds: warmup, drainSeconds: DRAIN_SECONDS });
    tell('measuring');
    if (isOn(this.options, 'find', false)) return findRate(target, rate, this.seconds, drainSeconds);
    return measure(target, { rate, seconds: this.seconds, drainSeconds });
  }
}

function verdictFigures({ lost, duplicated, reordered, checkedAcks, checkedDeliveries, controlPassed }: Verdict): Record<string, number | string> {
  return { checkedAcks, checkedDeliveries, lost, duplicated, reordered, negativeControl: controlPassed ? 'passed' : 'FAILED' };
}

export function run(options: BenchOptions): Promise<{ figures: Record<string, number | string>; rows: object[] }> {
  return new SendBench(options).run();
}
