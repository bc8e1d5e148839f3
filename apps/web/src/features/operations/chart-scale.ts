/** What an axis shows: round values from 0 up to at least `max`, evenly apart. */
export function ticksUpTo(max: number, most = 4): number[] {
  if (!(max > 0)) return [0, 1];
  const rough = max / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const count = Math.ceil(max / step - 1e-9);
  // Multiplied, not added up: sums of tenths are not round.
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Which of `count` evenly spread points get a label where there is room for `most`; the first always does. */
export function labelled(count: number, most: number): number[] {
  const every = Math.max(1, Math.ceil(count / Math.max(1, most)));
  return Array.from({ length: Math.ceil(count / every) }, (_, index) => index * every);
}

/** A line through points, interrupted where there is none. `x` and `y` give places in pixels. */
export function linePath(values: readonly (number | undefined)[], x: (index: number) => number, y: (value: number) => number): string {
  let path = '';
  values.forEach((value, index) => {
    if (value === undefined) return;
    const before = values[index - 1];
    path += `${before === undefined ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    // A point between two gaps is a line of no length, which a round cap shows.
    if (before === undefined && values[index + 1] === undefined) path += 'h0.01';
  });
  return path;
}
