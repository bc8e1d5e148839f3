import { newestMatchMs } from './scheduled-match';

const at = (iso: string): number => Date.parse(iso);

describe('newestMatchMs', () => {
  it.each([
    ['* * * * *', '2026-03-01T12:34:56.789Z', '2026-03-01T12:34:00.000Z'],
    ['* * * * *', '2026-03-01T12:34:00.000Z', '2026-03-01T12:34:00.000Z'],
    ['* * * * *', '2026-03-01T12:33:59.999Z', '2026-03-01T12:33:00.000Z'],
    ['30 2 * * *', '2026-03-29T02:29:00.000Z', '2026-03-28T02:30:00.000Z'],
    ['0 0 1 1 *', '2026-07-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
  ])('finds the last match of %p at %s in UTC', (cron, now, match) => {
    expect(new Date(newestMatchMs(cron, at(now))).toISOString()).toBe(match);
  });

  it.each(['', '* * * *', '* * * * * *', 'every day at noon', '61 * * * *'])('refuses %p', (cron) => {
    expect(() => newestMatchMs(cron, 0)).toThrow();
  });
});
