import { speak } from '../../core/translate';
import { byMonth } from './by-month';

describe('files by month', () => {
  afterEach(() => speak('en', {}));
  const at = (year: number, month: number, day: number) => ({ createdAt: new Date(year, month - 1, day, 12).toISOString() });

  it('stand under the month in which they were sent, in their order', () => {
    const files = [at(2026, 3, 9), at(2026, 3, 1), at(2025, 3, 30)];
    expect(byMonth(files)).toEqual([
      { key: '2026-3', label: 'March 2026', files: [files[0], files[1]] },
      { key: '2025-3', label: 'March 2025', files: [files[2]] },
    ]);
    expect(byMonth([])).toEqual([]);
  });

  it('are named in the person’s language', () => {
    speak('de', {});
    expect(byMonth([at(2026, 3, 9)])[0]?.label).toBe('März 2026');
  });
});
