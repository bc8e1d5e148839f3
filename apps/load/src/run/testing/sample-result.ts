import { Latencies } from '@agent-chat/load';
import { Recorder } from '../../worker/recorder';
import { parseScenario } from '../../scenario/read-scenario';
import { type Parts, type Result, resultOf } from '../result';
import { type PartVerdict, type Second } from '../second';
import { Timeline } from '../timeline';

export const SCENARIO = parseScenario(
  JSON.stringify({
    description: 'A bit of <everything>',
    people: 10,
    rooms: { count: 5, sizes: { fixed: 4 } },
    mix: { post: 100 },
    phases: [
      { kind: 'ramp', seconds: 5 },
      { kind: 'spike', seconds: 5, rate: 2 },
    ],
    limits: { ackP99Ms: 50 },
  }),
  'sample',
);

export const CLEAN: PartVerdict = {
  lost: 0,
  duplicated: 0,
  reordered: 0,
  checkedAcks: 3,
  checkedDeliveries: 12,
  checkedRooms: 5,
  control: 'passed',
  unreadRooms: 0,
};

export function histogramOf(...values: number[]): string {
  const latencies = Latencies.empty();
  for (const value of values) latencies.add(value);
  return latencies.encoded();
}

export function secondOf(second: number, change: Partial<Second> = {}): Second {
  const counts = { offered: 100, done: 98, offeredPosts: 80, donePosts: 78, deliveries: 312, connections: 10, reconnects: 0, lagMs: 1.5 };
  return { second, ...counts, errors: {}, ack: histogramOf(3, 4, 30), delivery: histogramOf(5, 6, 60), ...change };
}

/** What two processes bring, each with some posts that took that long. */
export function partsOf(...latencies: readonly number[][]): Parts {
  const recorders = latencies.map((values) => {
    const recorder = new Recorder();
    for (const endMs of values) {
      recorder.offer('post', 0, 0);
      recorder.done('post', { dueMs: 0, sentMs: 1, endMs });
      recorder.delivered(endMs + 2);
    }
    return recorder;
  });
  const timeline = new Timeline(recorders.length);
  for (let second = 0; second < 10; second++)
    for (const recorder of recorders) timeline.add({ ...recorder.cutSecond(second, 5), ...secondOf(second, { connections: 5 }) });
  const opening = { connections: 5 * recorders.length, seconds: 2 };
  return { opening, figures: recorders.map((recorder) => recorder.figures(0)), verdicts: recorders.map(() => CLEAN), series: timeline.all(), missing: [] };
}

export function sampleResult(change: Partial<Parts> = {}, settings: Partial<Result['settings']> = {}): Result {
  const size = { people: 10, rooms: 5, memberships: 20, connections: 10, workers: 2, seed: 1, seconds: 10 };
  return resultOf(
    {
      ...{ runId: 'abcd1234', scenario: 'sample', description: SCENARIO.description, urls: ['http://localhost:3000'], startedAt: '2026-01-02T03:04:05.678Z' },
      ...{ ...size, wasStopped: false, plan: SCENARIO, ...settings },
    },
    { ...partsOf([2, 4, 6], [8, 10, 12]), ...change },
  );
}
