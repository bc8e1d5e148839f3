/** Latencies of a known greatest number, in milliseconds. */
export class Latencies {
  private readonly values: Float32Array;
  count = 0;

  constructor(capacity: number) {
    this.values = new Float32Array(capacity);
  }

  add(ms: number): void {
    if (this.count < this.values.length) this.values[this.count++] = ms;
  }

  summary(): Percentiles {
    const sorted = this.values.slice(0, this.count).sort();
    const at = (share: number): number => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN) * 10) / 10;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
  }
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export function formatPercentiles({ p50, p95, p99, max }: Percentiles): string {
  return `${String(p50)} / ${String(p95)} / ${String(p99)} / ${String(max)}`;
}
