/** A stretch of time that the figures are shown for. Everything is in UTC, as it is counted. */
export interface Range {
  readonly id: string;
  readonly label: string;
  readonly unit: 'minute' | 'hour' | 'day';
  /** How many of them, up to now. */
  readonly count: number;
  /** What active people are counted by beside it, and how many of those. */
  readonly period: 'day' | 'week' | 'month';
  readonly periods: number;
}

export const RANGES = [
  { id: 'hour', label: 'Last hour', unit: 'minute', count: 60, period: 'day', periods: 7 },
  { id: 'day', label: '24 hours', unit: 'hour', count: 24, period: 'day', periods: 7 },
  { id: 'week', label: '7 days', unit: 'hour', count: 168, period: 'day', periods: 14 },
  { id: 'month', label: '30 days', unit: 'day', count: 30, period: 'week', periods: 8 },
  { id: 'year', label: 'Year', unit: 'day', count: 365, period: 'month', periods: 12 },
] as const satisfies readonly Range[];

const MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** The range up to and with the unit that is under way at `nowMs`, as times. */
export function stretchOf({ unit, count }: Pick<Range, 'unit' | 'count'>, nowMs: number): { readonly from: string; readonly to: string } {
  const endMs = (Math.floor(nowMs / MS[unit]) + 1) * MS[unit];
  return { from: new Date(endMs - count * MS[unit]).toISOString(), to: new Date(endMs).toISOString() };
}

/** The days from the first of `count` periods up to today. */
export function daysOf({ period, periods }: Pick<Range, 'period' | 'periods'>, nowMs: number): { readonly from: string; readonly to: string } {
  const today = new Date(nowMs);
  const first =
    period === 'month'
      ? new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - (periods - 1), 1))
      : new Date(nowMs - (periods - 1) * (period === 'week' ? 7 : 1) * MS.day);
  return { from: dayOf(first), to: dayOf(today) };
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 'YYYY-MM-DD'.length);
}

type Labels = Readonly<Record<'minute' | 'hour' | 'day' | 'week' | 'month', Intl.DateTimeFormatOptions>>;

const SHORT: Labels = {
  minute: { hour: '2-digit', minute: '2-digit' },
  hour: { hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  week: { day: 'numeric', month: 'short' },
  month: { month: 'short' },
};
const LONG: Labels = {
  minute: { weekday: 'short', hour: '2-digit', minute: '2-digit' },
  hour: { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  day: { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' },
  week: { day: 'numeric', month: 'long', year: 'numeric' },
  month: { month: 'long', year: 'numeric' },
};

export type Counted = keyof Labels;

/** A point in time as an axis says it. */
export function axisLabel(at: string, by: Counted, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { ...SHORT[by], timeZone: 'UTC' }).format(new Date(at));
}

/** A point in time in full. */
export function fullLabel(at: string, by: Counted, locale?: string): string {
  const text = new Intl.DateTimeFormat(locale, { ...LONG[by], timeZone: 'UTC' }).format(new Date(at));
  return by === 'week' ? `Week from ${text}` : text;
}
