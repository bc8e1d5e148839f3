import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTask } from './load/child-task';
import { type BenchOptions, numberOption, rounded, tell } from './load/options';
import { type ReplayFigures, type ReplayPlan } from './load/projection-replay.process';

export const description =
  'figures and the audit trail built again from the first event, each event counted afterwards: events replayed a second, and a second of one core, the share of ' +
  'Postgres counted (events=200000 rooms=256 people=500 days=7)';

const TARGET = 20_000;
/** What `npm start` gives to Node. */
const NODE_ARGUMENTS = ['--max-semi-space-size=64'];

const perCore = ({ events, nodeSeconds, postgresSeconds }: ReplayFigures): number => Math.round(events / (nodeSeconds + postgresSeconds));

function rowOf(projection: string, measured: ReplayFigures): Record<string, number | string> {
  const { events, seconds, nodeSeconds, postgresSeconds } = measured;
  return {
    projection,
    events,
    'events/s': Math.round(events / seconds),
    'events/s a core': perCore(measured),
    'us/event in Node': rounded((nodeSeconds * 1e6) / events),
    'us/event in Postgres': rounded((postgresSeconds * 1e6) / events),
  };
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number>; rows: object[] }> {
  const number = (name: string, fallback: number): number => numberOption(options, name, fallback);
  const plan: ReplayPlan = { events: number('events', 200_000), rooms: number('rooms', 256), people: number('people', 500), days: number('days', 7) };
  const dataDir = mkdtempSync(join(tmpdir(), 'agent-chat-bench-'));
  // As root the database server runs as another user, who has to pass through.
  chmodSync(dataDir, 0o755);
  const task = startTask('projection-replay.process.ts', NODE_ARGUMENTS);
  try {
    tell('seeding');
    await task.ask('open', { dataDir, plan });
    tell('figures');
    const figures = await task.ask<ReplayFigures>('figures');
    tell('audit trail');
    const audit = await task.ask<ReplayFigures>('audit');
    await task.ask('close');
    return {
      figures: { figuresPerSecondACore: perCore(figures), auditPerSecondACore: perCore(audit), target: TARGET },
      rows: [rowOf('figures', figures), rowOf('audit trail', audit)],
    };
  } finally {
    await task.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
