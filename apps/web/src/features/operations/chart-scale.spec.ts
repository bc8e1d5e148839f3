import { labelled, linePath, ticksUpTo } from './chart-scale';

describe('the scale of a chart', () => {
  it('has round values that reach the highest', () => {
    expect(ticksUpTo(0)).toEqual([0, 1]);
    expect(ticksUpTo(Number.NaN)).toEqual([0, 1]);
    expect(ticksUpTo(3)).toEqual([0, 1, 2, 3]);
    expect(ticksUpTo(4)).toEqual([0, 1, 2, 3, 4]);
    expect(ticksUpTo(5)).toEqual([0, 2, 4, 6]);
    expect(ticksUpTo(1_234)).toEqual([0, 500, 1_000, 1_500]);
    expect(ticksUpTo(0.3)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(ticksUpTo(1, 1)).toEqual([0, 1]);
    expect(ticksUpTo(3, 1)).toEqual([0, 1, 2, 3]);
    for (let max = 1; max < 3_000; max += 7) {
      const ticks = ticksUpTo(max);
      expect(ticks.length).toBeLessThan(7);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max);
    }
  });

  it('labels as many points as there is room for', () => {
    const places = [0, 10, 20, 30, 40];
    expect(labelled(places, 5)).toEqual(places);
    expect(labelled(places, 3)).toEqual([0, 20, 40]);
    expect(labelled(places, 0)).toEqual([0]);
    expect(labelled([], 4)).toEqual([]);
  });

  it('draws lines with gaps, and points between gaps', () => {
    const draw = (values: (number | undefined)[]) =>
      linePath(
        values,
        (index) => index * 10,
        (value) => value,
      );
    expect(draw([1, 2, undefined, 3])).toBe('M0.0 1.0L10.0 2.0M27.5 3.0h5');
    expect(draw([undefined, undefined])).toBe('');
  });
});
