import { coresOf } from './costs';
import { fitCosts, predictions } from './fit';
import { type GrowthRecord, type Load, type Part, PARTS, type Point } from './growth-record';
import { readCosts, readGrowth, TOLERANCE } from './cli';

const none = (): Record<Part, number> => Object.fromEntries(PARTS.map((part) => [part, 0])) as Record<Part, number>;

/** A chat process that takes 10 ms a second for itself, 100 µs a message, and 500 µs each time it commits, 20 ms after the last. */
function pointAt(posts: number): Point {
  const load: Load = {
    ...{ gateways: 1, chats: 1, databases: 1, connections: 10, reached: 1, rooms: 10, subscriptions: 10 },
    ...{ posts, deliveries: posts * 10, handovers: posts },
  };
  const cores = { ...none(), chat: 0.01 + posts * 100e-6 + (posts / (1 + posts * 0.02)) * 500e-6 };
  return {
    dimension: 'rate',
    at: posts,
    seconds: 6,
    offered: posts,
    load,
    cores,
    memoryMb: none(),
    ack: { p50: 1, p99: 1 },
    delivery: { p50: 1, p99: 1 },
    missing: 0,
  };
}

describe('Fitted costs', () => {
  const record: GrowthRecord = { sources: {}, history: [], points: [10, 20, 50, 100, 200, 400, 800, 1_600, 3_200].map(pointAt) };

  it('are those that the points were made of', () => {
    const { gatherMs, cpuMicros } = fitCosts(record).parts.chat;
    expect(gatherMs).toBe(20);
    expect([cpuMicros.process, cpuMicros.post, cpuMicros.round]).toEqual([expect.closeTo(10_000, -2), expect.closeTo(100, 0), expect.closeTo(500, -1)]);
  });

  it('predict what was kept back', () => {
    const kept = predictions(record, fitCosts(record)).filter(({ isHeldOut }) => isHeldOut);
    expect(kept.map(({ point }) => point.at)).toEqual([20, 100, 400, 1_600]);
    for (const { cores } of kept) expect(Math.abs(cores.error)).toBeLessThan(0.02);
  });

  it('do not know what was kept back', () => {
    const changed = record.points.map((point, index) => (index % 2 === 1 ? { ...point, cores: { ...point.cores, chat: 7 } } : point));
    expect(fitCosts({ ...record, points: changed })).toEqual(fitCosts(record));
  });
});

describe('The costs of this project', () => {
  it('are what the recorded points are fitted to', () => {
    expect(readCosts()).toEqual(fitCosts(readGrowth()));
  });

  it('predict the recorded points that they were not fitted to, within a fifth', () => {
    const kept = predictions(readGrowth(), readCosts()).filter(({ isHeldOut }) => isHeldOut);
    expect(kept.length).toBeGreaterThan(4);
    expect(kept.filter(({ cores }) => Math.abs(cores.error) > TOLERANCE).map(({ point }) => `${point.dimension} ${String(point.at)}`)).toEqual([]);
  });

  it('take more for more', () => {
    const [{ load }] = readGrowth().points as [Point];
    const twice = { ...load, posts: load.posts * 2, deliveries: load.deliveries * 2, handovers: load.handovers * 2, connections: load.connections * 2 };
    for (const part of PARTS) expect(coresOf(part, twice, readCosts())).toBeGreaterThanOrEqual(coresOf(part, load, readCosts()));
  });
});
