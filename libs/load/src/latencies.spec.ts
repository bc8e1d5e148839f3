import { Latencies } from './latencies';

describe('Latencies', () => {
  const of = (...values: number[]): Latencies => {
    const latencies = Latencies.empty();
    for (const value of values) latencies.add(value);
    return latencies;
  };
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

  it('keeps each value to a thousandth of itself', () => {
    const latencies = of(...upTo(1_000));
    expect(latencies.count).toBe(1_000);
    for (const [share, ms] of [
      [0.5, 500],
      [0.95, 950],
      [0.99, 990],
      [1, 1_000],
    ] as const)
      expect(Math.abs(latencies.at(share) - ms)).toBeLessThanOrEqual(ms / 1_000);
  });

  it('adds up what several processes measured, as if one had measured all', () => {
    const merged = of(...upTo(500));
    merged.merge(Latencies.decode(of(...upTo(1_000).slice(500)).encoded()));
    const all = of(...upTo(1_000));
    for (const share of [0.1, 0.5, 0.99]) expect(merged.at(share)).toBe(all.at(share));
    expect(Math.abs(merged.at(1) - 1_000)).toBeLessThan(1);
    expect(merged.count).toBe(1_000);
  });

  it('has no percentiles, no curve and nothing to add while it is empty', () => {
    const empty = Latencies.empty();
    expect(empty.at(0.5)).toBeNaN();
    expect(empty.curve()).toEqual([]);
    const one = of(5);
    one.merge(Latencies.decode(empty.encoded()));
    expect(one.count).toBe(1);
  });

  it('counts what came before its time as no wait, and what took hours as ten minutes', () => {
    const latencies = of(-3, 7_200_000);
    expect(latencies.at(0)).toBe(0);
    expect(Math.abs(latencies.at(1) - 600_000)).toBeLessThan(600);
  });

  it('has a curve that rises, ends at the greatest value and is dense near 1', () => {
    const curve = of(...upTo(10_000)).curve();
    const values = curve.map(([, ms]) => ms);
    expect(values).toEqual([...values].sort((one, other) => one - other));
    expect(Math.abs((values.at(-1) ?? 0) - 10_000)).toBeLessThanOrEqual(10);
    expect(curve.filter(([share]) => share > 0.99).length).toBeGreaterThan(8);
  });
});
