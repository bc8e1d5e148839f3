import { dayLabel, dayOf, shortTimeLabel } from './time';

const NOW = new Date(2026, 2, 30, 9, 0);

describe('days as people say them', () => {
  it('are near ones by word, far ones by date', () => {
    const said = ['2026-03-30', '2026-03-29', '2026-03-28', '2026-03-01', '2025-12-31'].map((day) => dayLabel(day, NOW, 'en-GB').replace(',', ''));
    expect(said).toEqual(['Today', 'Yesterday', 'Saturday', 'Sun 1 March', 'Wed 31 December 2025']);
  });

  it('are those of the person’s own clock', () => {
    expect(dayOf(new Date(2026, 2, 1, 0, 0, 1))).toBe('2026-03-01');
    expect(dayOf(new Date(2026, 2, 1, 23, 59, 59))).toBe('2026-03-01');
  });

  it('are short in lists', () => {
    const at = (...parts: [number, number, number, number?, number?]) => new Date(...parts).toISOString();
    const said = [at(2026, 2, 30, 8, 5), at(2026, 2, 29, 23, 59), at(2026, 2, 27), at(2026, 1, 3), at(2024, 1, 3)].map((time) =>
      shortTimeLabel(time, NOW, 'en-GB'),
    );
    expect(said).toEqual(['08:05', 'Yesterday', 'Fri', '3 Feb', '3 Feb 24']);
    const morning = ['de-DE', 'en-US'].map((language) => shortTimeLabel(at(2026, 2, 30, 8, 5), NOW, language).replace(/\s/, ' '));
    expect(morning).toEqual(['08:05', '8:05 AM']);
  });
});
