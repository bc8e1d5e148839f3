import { locale, t } from '../../core/translate';

const MOMENT = { dateStyle: 'medium', timeStyle: 'medium' } as const;

const formats = new Map<string, Intl.NumberFormat>();

/** A number with so many digits after the point. */
function digits(value: number, after = 0): string {
  // Making a format takes longer than using it.
  const key = `${locale()}:${String(after)}`;
  const format = formats.get(key) ?? new Intl.NumberFormat(locale(), { minimumFractionDigits: after, maximumFractionDigits: after });
  formats.set(key, format);
  return format.format(value);
}

export function countLabel(value: number): string {
  return value < 10_000 ? digits(value) : new Intl.NumberFormat(locale(), { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

/** Milliseconds as people read them. */
export function durationLabel(ms: number): string {
  if (ms === 0) return '0';
  if (ms < 10) return `${digits(ms, ms < 1 || ms % 1 !== 0 ? 1 : 0)} ms`;
  if (ms < 1_000) return `${digits(ms)} ms`;
  if (ms < 60_000) return `${digits(ms / 1_000, 1)} s`;
  if (ms < 3_600_000) return `${digits(ms / 60_000)} min`;
  if (ms < 86_400_000) return `${digits(ms / 3_600_000, 1)} h`;
  return t('{count} days', { count: digits(ms / 86_400_000, 1) });
}

export function bytesLabel(bytes: number): string {
  return bytes < 1e9 ? `${digits(bytes / 1e6)} MB` : `${digits(bytes / 1e9, 1)} GB`;
}

/** A time in the reader's own zone. */
export function momentLabel(at: string | number): string {
  return new Intl.DateTimeFormat(locale(), MOMENT).format(new Date(at));
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
