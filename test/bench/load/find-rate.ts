import { type ChildTask } from './child-task';
import { type CpuProfiler } from './cpu-profiler';
import { type Measured, measureRun, type MeasuredSystem } from './measured-run';
import { tell } from './options';
import { steadyPlan } from './send-load';

const FOUND_SHARE = 0.98;
const FOUND_P99_MS = 200;
const FIND_GROWTH = 1.5;
const FIND_REFINEMENTS = 3;

/** A load and what it is put on. */
export interface Target extends MeasuredSystem {
  readonly load: ChildTask;
  /** Absent while it warms up. */
  readonly profiler?: CpuProfiler | undefined;
}

export interface RateSearch {
  readonly start: number;
  readonly seconds: number;
  readonly drainSeconds: number;
  readonly refinements?: number;
}

/** What becomes of posts at one rate. */
export function measureRate({ load, profiler, ...system }: Target, rate: number, seconds: number, drainSeconds: number): Promise<Measured> {
  return measureRun(load, system, steadyPlan(rate, seconds, drainSeconds), profiler);
}

function isSustained({ offered, achieved, ack }: Measured): boolean {
  return achieved >= offered * FOUND_SHARE && ack.p99 < FOUND_P99_MS;
}

/** The highest rate that is sustained: grown until it is not, then narrowed down. */
export async function findRate(target: Target, { start, seconds, drainSeconds, refinements = FIND_REFINEMENTS }: RateSearch): Promise<Measured> {
  let best: Measured | undefined;
  const attempt = async (rate: number): Promise<boolean> => {
    const measured = await measureRate(target, Math.round(rate), seconds, drainSeconds);
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
  for (let step = 0; step < refinements; step++) {
    const middle = (good + bad) / 2;
    if (await attempt(middle)) good = middle;
    else bad = middle;
  }
  if (best === undefined) throw new Error('nothing was measured');
  return best;
}
