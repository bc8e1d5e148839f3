import { formatPercentiles } from '@agent-chat/load';
import { Client } from 'pg';
import { type ChildTask } from './child-task';
import { type CpuProfiler } from './cpu-profiler';
import { rounded } from './options';
import { cpuSecondsOfFamily } from './process-usage';
import { type RunFigures, type RunPlan, type Verdict } from './send-load';
import { type SystemUnderLoad } from './system-under-load';

export type MeasuredSystem = Pick<SystemUnderLoad, 'parts' | 'databaseServers'>;

export interface Measured extends RunFigures {
  readonly offered: number;
  /** CPU of each part a post, in microseconds. */
  readonly microsByPart: Readonly<Record<string, number>>;
  /** Transactions of every kind count as commits. */
  readonly postsPerCommit: number;
}

async function transactionsOf(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ sum: string }>('SELECT sum(xact_commit) FROM pg_stat_database');
  await client.end();
  return Number(rows[0]?.sum);
}

async function allTransactions({ databaseServers }: MeasuredSystem): Promise<number> {
  const counts = await Promise.all(databaseServers.map(transactionsOf));
  return counts.reduce((total, count) => total + count, 0);
}

function cpuOf({ parts }: MeasuredSystem): Record<string, number> {
  const seconds = (pids: readonly number[]): number => pids.reduce((total, pid) => total + cpuSecondsOfFamily(pid), 0);
  return Object.fromEntries(Object.entries(parts).map(([part, pids]) => [part, seconds(pids)]));
}

/** What a profile of posting is divided by. */
const unitsOf = ({ acked, deliveries }: RunFigures): Record<string, number> => ({ message: acked, delivery: deliveries });

/** One series of posts, and what each part of the system spent on it. */
export async function measureRun(load: ChildTask, system: MeasuredSystem, plan: RunPlan, profiler?: CpuProfiler): Promise<Measured> {
  const transactions = await allTransactions(system);
  const before = cpuOf(system);
  const perform = (): Promise<RunFigures> => load.ask<RunFigures>('perform', plan);
  const figures = profiler === undefined ? await perform() : await profiler.sample(system.parts, unitsOf, perform);
  const after = cpuOf(system);
  const micros = (part: string): number => Math.round((((after[part] ?? 0) - (before[part] ?? 0)) * 1e6) / Math.max(1, figures.acked));
  return {
    ...figures,
    offered: Math.round(figures.posted / plan.phases.reduce((seconds, phase) => seconds + phase.seconds, 0)),
    microsByPart: Object.fromEntries(Object.keys(before).map((part) => [part, micros(part)])),
    postsPerCommit: rounded(figures.acked / ((await allTransactions(system)) - transactions)),
  };
}

export function formatRefusals({ refusals }: RunFigures): string {
  return Object.entries(refusals)
    .map(([code, count]) => `${code} ${String(count)}`)
    .join(', ');
}

export function rowOf(name: string, measured: Measured): Record<string, number | string> {
  return {
    server: name,
    offered: measured.offered,
    achieved: measured.achieved,
    'ack p50/95/99/max ms': formatPercentiles(measured.ack),
    'delivery p50/95/99/max ms': formatPercentiles(measured.delivery),
    ...Object.fromEntries(Object.entries(measured.microsByPart).map(([part, micros]) => [`${part} us/post`, micros])),
    'load us/post': measured.cpuMicros,
    'events/frame': measured.eventsPerFrame,
    'posts/commit': measured.postsPerCommit,
    deliveries: `${String(measured.deliveries)} of ${String(measured.expectedDeliveries)}`,
    refused: formatRefusals(measured),
  };
}

export function verdictFigures({ lost, duplicated, reordered, checkedAcks, checkedDeliveries, controlPassed }: Verdict): Record<string, number | string> {
  return { checkedAcks, checkedDeliveries, lost, duplicated, reordered, negativeControl: controlPassed ? 'passed' : 'FAILED' };
}
