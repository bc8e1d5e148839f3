import { type FIGURE_UNITS, MAX_FIGURE_POINTS, type PEOPLE_PERIODS } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';

type Unit = (typeof FIGURE_UNITS)[number];
type Period = (typeof PEOPLE_PERIODS)[number];

const MS: Readonly<Record<Unit, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const MONDAY = 1;

/** A stretch of time in units of it. */
export interface UnitRange {
  readonly unit: Unit;
  readonly from: string;
  readonly to: string;
}

/** The beginnings of the units from the one that holds `from` up to the one before `to`, ISO 8601. VALIDATION_FAILED for a range that is turned round or too long. */
export function unitsIn({ unit, from, to }: UnitRange): string[] {
  const firstMs = Math.floor(Date.parse(from) / MS[unit]) * MS[unit];
  const count = Math.ceil((Date.parse(to) - firstMs) / MS[unit]);
  requireCount(count, `${unit}s`);
  return Array.from({ length: count }, (_, index) => new Date(firstMs + index * MS[unit]).toISOString());
}

/** The first days of the periods that hold the days from `from` to `to`, both included. */
export function periodsIn({ period, from, to }: { readonly period: Period; readonly from: string; readonly to: string }): string[] {
  const firstDays: string[] = [];
  for (let day = firstDayOf(period, from); day <= to; day = firstDayOf(period, nextAfter(period, day))) {
    firstDays.push(day);
    if (firstDays.length > MAX_FIGURE_POINTS) break;
  }
  requireCount(firstDays.length, `${period}s`);
  return firstDays;
}

/** The first day of the period that holds a day. */
export function firstDayOf(period: Period, day: string): string {
  if (period === 'day') return day;
  if (period === 'month') return `${day.slice(0, 'YYYY-MM'.length)}-01`;
  const weekday = new Date(day).getUTCDay();
  return shifted(day, -((weekday - MONDAY + 7) % 7));
}

/** Some day of the period after the one that begins with `day`. */
export function nextAfter(period: Period, day: string): string {
  return shifted(day, { day: 1, week: 7, month: 31 }[period]);
}

function shifted(day: string, days: number): string {
  return new Date(Date.parse(day) + days * MS.day).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

function requireCount(count: number, what: string): void {
  if (count >= 1 && count <= MAX_FIGURE_POINTS) return;
  throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'to', message: `must lie 1 to ${MAX_FIGURE_POINTS} ${what} after "from"` }] });
}
