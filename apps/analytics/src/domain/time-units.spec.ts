import { firstDayOf, periodsIn, unitsIn } from './time-units';

describe('units of time', () => {
  it('begin with the one that holds the start and end before the end', () => {
    expect(unitsIn({ unit: 'hour', from: '2026-03-01T22:30:00.000Z', to: '2026-03-02T01:00:00.000Z' })).toEqual([
      '2026-03-01T22:00:00.000Z',
      '2026-03-01T23:00:00.000Z',
      '2026-03-02T00:00:00.000Z',
    ]);
    expect(unitsIn({ unit: 'minute', from: '2026-03-01T22:30:59.999Z', to: '2026-03-01T22:31:00.001Z' })).toHaveLength(2);
  });

  it('are refused where they are none or too many', () => {
    const from = '2026-03-01T00:00:00.000Z';
    expect(unitsIn({ unit: 'minute', from, to: '2026-03-02T01:00:00.000Z' })).toHaveLength(1_500);
    for (const to of [from, '2026-02-01T00:00:00.000Z', '2026-03-02T01:00:00.001Z']) {
      expect(() => unitsIn({ unit: 'minute', from, to })).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
    }
  });
});

describe('periods', () => {
  it('are weeks from Monday on, and months, whatever their length', () => {
    expect(firstDayOf('week', '2026-03-01')).toBe('2026-02-23');
    expect(firstDayOf('week', '2026-03-02')).toBe('2026-03-02');
    expect(periodsIn({ period: 'week', from: '2026-02-28', to: '2026-03-02' })).toEqual(['2026-02-23', '2026-03-02']);
    expect(periodsIn({ period: 'month', from: '2025-12-31', to: '2026-03-01' })).toEqual(['2025-12-01', '2026-01-01', '2026-02-01', '2026-03-01']);
    expect(periodsIn({ period: 'day', from: '2024-02-28', to: '2024-03-01' })).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
  });

  it('are refused where they are none or too many', () => {
    for (const range of [
      { from: '2026-03-02', to: '2026-03-01' },
      { from: '1000-01-01', to: '2026-03-01' },
    ]) {
      expect(() => periodsIn({ period: 'day', ...range })).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
    }
  });
});
