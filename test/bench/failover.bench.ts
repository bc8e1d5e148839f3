import { FaultyCluster } from '../support/cluster-faults';
import { type Fault, FaultLoad, type FaultReport } from '../support/fault-load';
import { ServerRoles } from '../support/server-roles';
import { type BenchOptions, isOn, numberOption, tell } from './load/options';

export const description =
  'from the kill -9 of a process until a new send is acknowledged in every room, under load, every delivery verified; --ha: servers that replace each other: ' +
  'one Kafka broker of three, the Redis master under Sentinel, the Postgres primary under Patroni (runs=2 outageSeconds=2 clients=16 rooms=8 postEveryMs=100)';

const TARGET_MS = 10_000;

type Draw = () => Fault | Promise<Fault>;

/** What others take over, and the servers that nothing takes the place of: those come back after a while, as under Kubernetes. */
function singleFaults(cluster: FaultyCluster, outageMs: number): Record<string, Draw> {
  return {
    'gateway (1 of 2)': () => cluster.crash('gateway-1'),
    'chat (1 of 2)': () => cluster.crash('chat-1'),
    presence: () => cluster.crash('presence-1'),
    analytics: () => cluster.crash('analytics-1'),
    Kafka: () => cluster.outage('kafka-1', outageMs),
    Redis: () => cluster.outage('redis', outageMs),
    Postgres: () => cluster.outage('postgres', outageMs),
  };
}

function replacedFaults(cluster: FaultyCluster, roles: ServerRoles): Record<string, Draw> {
  return {
    'Kafka broker (1 of 3)': async () => cluster.crash(await roles.commandLeader()),
    'Redis master': async () => cluster.crash(await roles.redisMaster()),
    'Postgres primary': async () => cluster.crash(await roles.primary()),
  };
}

/** Comes back under the load, and has its part again before the next fault. */
function healed(fault: Fault, roles: ServerRoles): Fault {
  return {
    ...fault,
    mend: async () => {
      await fault.mend();
      await roles.untilWhole();
    },
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** A send that was under way waits from before the kill on: where dying itself takes long, that tells more than the next one does. */
function waitedMs({ firstAckMs, longestStallMs }: FaultReport): number {
  return Math.max(firstAckMs, longestStallMs);
}

function rowOf(killed: string, reports: readonly FaultReport[]): Record<string, number | string> {
  const times = reports.map(({ firstAckMs }) => firstAckMs);
  const backTimes = reports.flatMap(({ recoveredMs }) => recoveredMs ?? []);
  return {
    killed,
    runs: reports.length,
    'acknowledged again, median ms': median(times),
    'worst ms': Math.max(...times),
    // For what nothing takes the place of: how long it takes once the server is there again.
    'since it was back, worst ms': backTimes.length === 0 ? '' : Math.max(...backTimes),
    'longest stall of a send, ms': Math.max(...reports.map(({ longestStallMs }) => longestStallMs)),
  };
}

function figuresOf(reports: readonly FaultReport[]): Record<string, number | string> {
  const sum = (pick: (report: FaultReport) => number): number => reports.reduce((total, report) => total + pick(report), 0);
  const isControlled = reports.every(({ control }) => control.loss && control.duplicate && control.swap);
  return {
    worstMs: Math.max(...reports.map(waitedMs)),
    withinTarget: `${String(reports.filter((report) => waitedMs(report) <= TARGET_MS).length)} of ${String(reports.length)} within ${String(TARGET_MS)} ms`,
    checked: sum(({ checked }) => checked),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    reordered: sum(({ reordered }) => reordered),
    resyncs: sum(({ resyncs }) => resyncs),
    negativeControl: isControlled ? 'passed' : 'FAILED',
  };
}

async function measure(cluster: FaultyCluster, faults: Record<string, Draw>, options: BenchOptions): Promise<Map<string, FaultReport[]>> {
  const load = await FaultLoad.open(cluster.url, {
    clients: numberOption(options, 'clients', 16),
    rooms: numberOption(options, 'rooms', 8),
    postEveryMs: numberOption(options, 'postEveryMs', 100),
  });
  const found = new Map<string, FaultReport[]>();
  for (let run = 1; run <= numberOption(options, 'runs', 2); run++) {
    for (const [killed, draw] of Object.entries(faults)) {
      const report = await load.under(await draw());
      tell(`  run ${String(run)}, ${killed}: ${String(report.firstAckMs)} ms`);
      found.set(killed, [...(found.get(killed) ?? []), report]);
    }
  }
  return found;
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number | string>; rows: object[] }> {
  const ha = isOn(options, 'ha', false);
  tell('starting the cluster');
  const cluster = await FaultyCluster.start({ ha });
  const roles = ha ? new ServerRoles(cluster) : undefined;
  try {
    await roles?.untilWhole();
    const faults =
      roles === undefined
        ? singleFaults(cluster, numberOption(options, 'outageSeconds', 2) * 1_000)
        : Object.fromEntries(
            Object.entries(replacedFaults(cluster, roles)).map(([killed, draw]) => [killed, async () => healed(await draw(), roles)] as const),
          );
    const found = await measure(cluster, faults, options);
    const rows = [...found].map(([killed, reports]) => rowOf(killed, reports));
    return { figures: figuresOf([...found.values()].flat()), rows };
  } finally {
    await roles?.close();
    await cluster.stop();
  }
}
