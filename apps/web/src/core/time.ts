import { locale, t } from './translate';

const DAY_MS = 86_400_000;

/** The local day of a time, such as `2026-03-01`. */
export function dayOf(at: string | Date): string {
  const date = new Date(at);
  return `${String(date.getFullYear())}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
}

/** Days between two local days, whatever daylight saving does. */
function daysBetween(day: string, later: string): number {
  return Math.round((Date.parse(later) - Date.parse(day)) / DAY_MS);
}

/** A day as people say it: Today, Yesterday, a weekday of this week, else its date. */
export function dayLabel(day: string, now: Date, inLocale = locale()): string {
  const ago = daysBetween(day, dayOf(now));
  if (ago === 0) return t('Today');
  if (ago === 1) return t('Yesterday');
  const date = new Date(`${day}T12:00:00`);
  if (ago > 1 && ago < 7) return new Intl.DateTimeFormat(inLocale, { weekday: 'long' }).format(date);
  const isThisYear = date.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(inLocale, { weekday: 'short', day: 'numeric', month: 'long', ...(isThisYear ? {} : { year: 'numeric' }) }).format(date);
}

/** As the language has it: 09:05, or 9:05 AM. */
const CLOCK = { timeStyle: 'short' } as const;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format takes longer than using it. */
function formatted(at: string, name: 'clock' | 'full'): string {
  const key = `${name}:${locale()}`;
  const made = formats.get(key) ?? new Intl.DateTimeFormat(locale(), name === 'clock' ? CLOCK : { dateStyle: 'full', timeStyle: 'short' });
  formats.set(key, made);
  return made.format(new Date(at));
}

export function timeLabel(at: string): string {
  return formatted(at, 'clock');
}

/** A time in as little room as it can be said, for beside a message. */
export function tinyTimeLabel(at: string): string {
  return timeLabel(at).replace(/\s?[ap]\.?m\.?$/i, '');
}

export function fullTimeLabel(at: string): string {
  return formatted(at, 'full');
}

/** When something happened, as short as a list allows: a time today, a weekday this week, else a date. */
export function shortTimeLabel(at: string, now: Date, inLocale = locale()): string {
  const ago = daysBetween(dayOf(at), dayOf(now));
  const date = new Date(at);
  if (ago <= 0) return new Intl.DateTimeFormat(inLocale, CLOCK).format(date);
  if (ago === 1) return t('Yesterday');
  if (ago < 7) return new Intl.DateTimeFormat(inLocale, { weekday: 'short' }).format(date);
  const isThisYear = date.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(inLocale, isThisYear ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short', year: '2-digit' }).format(date);
}
