import { axisLabel, daysOf, fullLabel, RANGES, stretchOf } from './ranges';

const NOW = Date.UTC(2026, 2, 1, 12, 34, 56);

describe('the ranges of the figures', () => {
  it('end with the unit that is under way', () => {
    expect(stretchOf({ unit: 'hour', count: 24 }, NOW)).toEqual({ from: '2026-02-28T13:00:00.000Z', to: '2026-03-01T13:00:00.000Z' });
    expect(stretchOf({ unit: 'day', count: 1 }, NOW)).toEqual({ from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' });
  });

  it('hold so many days, weeks and months', () => {
    expect(daysOf({ period: 'day', periods: 7 }, NOW)).toEqual({ from: '2026-02-23', to: '2026-03-01' });
    expect(daysOf({ period: 'week', periods: 2 }, NOW)).toEqual({ from: '2026-02-22', to: '2026-03-01' });
    expect(daysOf({ period: 'month', periods: 12 }, Date.UTC(2026, 2, 31))).toEqual({ from: '2025-04-01', to: '2026-03-31' });
  });

  it('have no more points than the server answers', () => {
    for (const { count, periods } of RANGES) expect(Math.max(count, periods)).toBeLessThanOrEqual(1_500);
  });

  it('are told in UTC', () => {
    expect(axisLabel('2026-03-01T23:30:00.000Z', 'minute', 'en-GB')).toBe('23:30');
    expect(axisLabel('2026-03-01', 'day', 'en-GB')).toBe('1 Mar');
    expect(fullLabel('2026-03-02', 'week', 'en-GB')).toBe('Week from 2 March 2026');
  });
});
