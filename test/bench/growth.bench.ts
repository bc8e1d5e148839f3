import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { format } from 'prettier';
import {
  type Dimension,
  DIMENSIONS,
  GROWTH_FILE,
  type GrowthRecord,
  GrowthRecordSchema,
  type HistoryPoint,
  type Point,
  type Source,
} from '../../scripts/capacity/growth-record';
import { GROWN } from './growth/dimensions';
import { growHistory } from './growth/history';
import { type BenchOptions, isOn, numberOption, tell } from './load/options';

export const description =
  'how cost grows: CPU, memory and latencies of a cluster while one thing grows, each message and each delivery counted ' +
  `(dimension=all|${DIMENSIONS.join('|')}, several with commas; long=false: also 30,000 and 100,000 connections, 10,000,000 rows, 8 databases, 2,500 posts/s; ` +
  'first=<n>: only so many points of each, for a look whether it works; record=false: keeps the points in docs/generated/growth.json, for docs/capacity.md, with note=<text> beside them)';

const ROOT = resolve(__dirname, '../..');
const FILE = join(ROOT, GROWTH_FILE);

function wanted({ dimension = 'all' }: BenchOptions): Dimension[] {
  const names = dimension === 'all' ? [...DIMENSIONS] : dimension.split(',');
  const unknown = names.filter((name) => !DIMENSIONS.includes(name as Dimension));
  if (unknown.length > 0) throw new Error(`dimension must be all, or some of ${DIMENSIONS.join(', ')}, not ${unknown.join(', ')}`);
  return names as Dimension[];
}

function source({ note }: BenchOptions): Source {
  const commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: ROOT }).toString().trim();
  const [cpu] = cpus();
  return {
    commit,
    date: new Date().toISOString().slice(0, 10),
    ...(note === undefined ? {} : { note }),
    machine: { processors: cpus().length, model: (cpu?.model ?? '').trim(), memoryGb: Math.round(totalmem() / 2 ** 30), node: process.version },
  };
}

function recorded(): GrowthRecord {
  return existsSync(FILE) ? GrowthRecordSchema.parse(JSON.parse(readFileSync(FILE, 'utf8'))) : { sources: {}, points: [], history: [] };
}

async function record(dimension: Dimension, points: readonly Point[], history: readonly HistoryPoint[], options: BenchOptions): Promise<void> {
  const before = recorded();
  const kept: GrowthRecord = {
    sources: { ...before.sources, [dimension]: source(options) },
    points: [...before.points.filter((point) => point.dimension !== dimension), ...points].sort(
      (one, other) => DIMENSIONS.indexOf(one.dimension) - DIMENSIONS.indexOf(other.dimension),
    ),
    history: dimension === 'history' ? [...history] : before.history,
  };
  writeFileSync(FILE, await format(JSON.stringify(GrowthRecordSchema.parse(kept)), { parser: 'json', printWidth: 160 }));
}

function rowOf({ dimension, at, load, cores, memoryMb, ack, delivery, missing }: Point): object {
  return {
    ...{ dimension, at, 'posts/s': load.posts, 'deliveries/s': load.deliveries },
    ...Object.fromEntries(Object.entries(cores).map(([part, value]) => [`${part} cores`, value])),
    ...{ 'gateway MB': memoryMb.gateway, 'chat MB': memoryMb.chat },
    ...{ 'ack p50/99 ms': `${String(ack.p50)} / ${String(ack.p99)}`, 'delivery p99 ms': delivery.p99, missing },
  };
}

function historyRowOf({ rows, pageMs, postgresMicros, bytesARow }: HistoryPoint): object {
  return { dimension: 'history', at: rows, ...pageMs, 'postgres us/page': postgresMicros, 'bytes/row': bytesARow.table, 'index bytes/row': bytesARow.indexes };
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number>; rows: object[] }> {
  const extent = { isLong: isOn(options, 'long', false), first: numberOption(options, 'first', Infinity) };
  const rows: object[] = [];
  let [points, missing] = [0, 0];
  const startedMs = performance.now();
  for (const dimension of wanted(options)) {
    tell(dimension);
    const history = dimension === 'history' ? await growHistory(extent) : [];
    const grown = dimension === 'history' ? [] : await GROWN[dimension](extent);
    if (isOn(options, 'record', false)) await record(dimension, grown, history, options);
    rows.push(...grown.map(rowOf), ...history.map(historyRowOf));
    points += grown.length + history.length;
    missing += grown.reduce((sum, point) => sum + point.missing, 0);
  }
  return { figures: { points, missing, seconds: Math.round((performance.now() - startedMs) / 1_000) }, rows };
}
