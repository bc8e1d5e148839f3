export type ScaleKind = 'linear' | 'log';

/** Where values lie between the ends of an axis, and which of them are written on it. */
export interface Scale {
  /** 0 at the low end, 1 at the high one. */
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

const TICKS = 4;
const STEPS = [1, 2, 2.5, 5, 10];

/** From 0 to a round number at or above `max`. */
export function linearScale(max: number): Scale {
  const rough = Math.max(max, Number.MIN_VALUE) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((each) => each * power >= rough * 0.999) ?? 10) * power;
  const count = Math.max(1, Math.ceil((max / step) * 0.999));
  const top = count * step;
  return { place: (value) => value / top, ticks: Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12))) };
}

/** Whole decades around the values; within two of them also 2 and 5. */
export function logScale(min: number, max: number): Scale {
  const low = Math.floor(Math.log10(min));
  const high = Math.max(low + 1, Math.ceil(Math.log10(max)));
  const decades = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  const between = high - low <= 2 ? decades.slice(0, -1).flatMap((decade) => [2 * decade, 5 * decade]) : [];
  const ticks = [...decades, ...between].sort((one, other) => one - other).map((tick) => Number(tick.toPrecision(6)));
  return { place: (value) => (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low), ticks };
}

export function scaleFor(kind: ScaleKind, values: readonly number[]): Scale {
  const max = values.reduce((most, value) => Math.max(most, value), 0);
  if (kind === 'linear') return linearScale(max === 0 ? 1 : max);
  const positive = values.filter((value) => value > 0);
  return positive.length === 0
    ? logScale(1, 10)
    : logScale(
        positive.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
        max,
      );
}
