import { Arrivals, Schedule } from './schedule';
import { seededRandom } from './seeded-random';

describe('Schedule', () => {
  const steady = { seconds: 10, from: 1, to: 1 };
  const ramp = { seconds: 10, from: 0, to: 1 };

  it('spaces a steady rate evenly', () => {
    const schedule = new Schedule([steady], 4);
    expect([0, 1, 2, 39].map((count) => schedule.dueMs(count))).toEqual([0, 250, 500, 9_750]);
    expect(schedule.total).toBe(40);
  });

  it('has a quarter of a ramp due by half of its time', () => {
    const schedule = new Schedule([ramp], 8);
    expect(schedule.total).toBe(40);
    expect(schedule.dueMs(10)).toBeCloseTo(5_000, 6);
    expect(schedule.dueMs(0)).toBe(0);
  });

  it('goes down as it goes up', () => {
    const down = new Schedule([{ seconds: 10, from: 1, to: 0 }], 8);
    expect(down.dueMs(30)).toBeCloseTo(5_000, 6);
  });

  it('goes on from phase to phase, over silent ones, and ends', () => {
    const schedule = new Schedule([steady, { seconds: 5, from: 0, to: 0 }, { seconds: 1, from: 3, to: 3 }], 1);
    expect(schedule.dueMs(9.5)).toBeCloseTo(9_500, 6);
    expect(schedule.dueMs(10)).toBe(15_000);
    expect(schedule.dueMs(13)).toBe(Number.POSITIVE_INFINITY);
    expect(schedule.endMs).toBe(16_000);
  });

  it('has nothing due at a rate of 0', () => {
    expect(new Schedule([steady], 0).dueMs(0)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('Arrivals', () => {
  const taken = (kind: 'even' | 'poisson', seed: number): number[] => {
    const arrivals = new Arrivals(new Schedule([{ seconds: 100, from: 1, to: 1 }], 100), kind, seededRandom(seed));
    const times: number[] = [];
    while (arrivals.nextMs < Number.POSITIVE_INFINITY) times.push(arrivals.take());
    return times;
  };
  const gaps = (times: readonly number[]): number[] => times.slice(1).map((time, index) => time - (times[index] ?? 0));

  it('are as many as the rate says, in order', () => {
    expect(taken('even', 1)).toHaveLength(10_000);
    const times = taken('poisson', 1);
    expect(Math.abs(times.length - 10_000)).toBeLessThan(400);
    expect(gaps(times).every((gap) => gap >= 0)).toBe(true);
  });

  it('spread as a Poisson process does: the gaps vary as much as they are long', () => {
    const all = gaps(taken('poisson', 2));
    const mean = all.reduce((total, gap) => total + gap, 0) / all.length;
    const deviation = Math.sqrt(all.reduce((total, gap) => total + (gap - mean) ** 2, 0) / all.length);
    expect(deviation / mean).toBeGreaterThan(0.95);
    expect(deviation / mean).toBeLessThan(1.05);
  });

  it('are the same for the same seed', () => {
    expect(taken('poisson', 3)).toEqual(taken('poisson', 3));
    expect(taken('even', 3)[0]).not.toBe(taken('even', 4)[0]);
  });
});
