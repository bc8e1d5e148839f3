import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';

const MICROS = 1_000;
/** Ten minutes: what takes longer is counted as that. */
const LONGEST_MICROS = 600_000_000;
const DIGITS = 3;
const BUCKET_BITS = 32;

/** Latencies as an HDR histogram: any number of them in constant space, each kept to a thousandth of itself, and sums of histograms are exact. */
export class Latencies {
  private constructor(private readonly histogram: Histogram) {}

  static empty(): Latencies {
    return new Latencies(
      build({ bitBucketSize: BUCKET_BITS, lowestDiscernibleValue: 1, highestTrackableValue: LONGEST_MICROS, numberOfSignificantValueDigits: DIGITS }),
    );
  }

  /** Of what `encoded` made. */
  static decode(text: string): Latencies {
    return new Latencies(decodeFromCompressedBase64(text, BUCKET_BITS, false));
  }

  get count(): number {
    return this.histogram.totalCount;
  }

  /** Milliseconds; below 0 counts as 0. */
  add(ms: number): void {
    this.histogram.recordValue(Math.min(LONGEST_MICROS, Math.max(0, Math.round(ms * MICROS))));
  }

  merge(other: Latencies): void {
    if (other.count > 0) this.histogram.add(other.histogram);
  }

  reset(): void {
    this.histogram.reset();
  }

  /** In the format that the tools of HdrHistogram read: V2, compressed, as base64. */
  encoded(): string {
    return encodeIntoCompressedBase64(this.histogram);
  }

  /** The latency that this share, 0 to 1, stayed at or under, in milliseconds; NaN where there is none. */
  at(share: number): number {
    if (this.count === 0) return Number.NaN;
    const { maxValue } = this.histogram;
    return (share >= 1 ? maxValue : Math.min(maxValue, this.histogram.getValueAtPercentile(share * 100))) / MICROS;
  }

  summary(): Percentiles {
    const at = (share: number): number => Math.round(this.at(share) * 10) / 10;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
  }

  /** Points for a plot, `[share, milliseconds]`, as dense near 1 as there are values to tell apart. */
  curve(): [number, number][] {
    const points: [number, number][] = [];
    const { count } = this;
    for (let step = 0; count > 0; step++) {
      const beyond = 10 ** (-step / STEPS_PER_NINE);
      if (beyond * count < 1) break;
      points.push([1 - beyond, this.at(1 - beyond)]);
    }
    if (count > 0) points.push([1 - 1 / (count + 1), this.at(1)]);
    return points;
  }
}

const STEPS_PER_NINE = 8;

/** Milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export function formatPercentiles({ p50, p95, p99, max }: Percentiles): string {
  return `${String(p50)} / ${String(p95)} / ${String(p99)} / ${String(max)}`;
}
