import { percentile } from './percentile';

describe('a percentile of steps', () => {
  it('lies where its share of the counted is reached', () => {
    const steps = [
      { upToMs: 1, count: 0 },
      { upToMs: 2, count: 50 },
      { upToMs: 5, count: 0 },
      { upToMs: 10, count: 50 },
    ];

    expect(percentile(steps, 0.25)).toBe(1.5);
    expect(percentile(steps, 0.5)).toBe(2);
    expect(percentile(steps, 0.75)).toBe(7.5);
    expect(percentile(steps, 1)).toBe(10);
  });

  it('is unknown where nothing was counted', () => {
    expect(percentile([], 0.5)).toBeUndefined();
    expect(percentile([{ upToMs: 1, count: 0 }], 0.5)).toBeUndefined();
  });
});
