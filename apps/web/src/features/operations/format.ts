const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export function countLabel(value: number): string {
  return value < 10_000 ? whole.format(value) : compact.format(value);
}

/** Milliseconds as people read them. */
export function durationLabel(ms: number): string {
  if (ms === 0) return '0';
  if (ms < 10) return `${ms.toFixed(ms < 1 || ms % 1 !== 0 ? 1 : 0)} ms`;
  if (ms < 1_000) return `${whole.format(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${whole.format(ms / 60_000)} min`;
  if (ms < 86_400_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  return `${(ms / 86_400_000).toFixed(1)} days`;
}

export function bytesLabel(bytes: number): string {
  return bytes < 1e9 ? `${whole.format(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** A time in the reader's own zone. */
export function momentLabel(at: string | number): string {
  return time.format(new Date(at));
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
