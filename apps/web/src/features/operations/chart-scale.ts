/** A point between two gaps is a short line: one of no length isn't seen. */
const LONE_WIDTH = 5;

/** What an axis shows: round values from 0 up to at least `max`, evenly apart, and at least `leastStep`. */
export function ticksUpTo(max: number, leastStep = 0, most = 4): number[] {
  if (!(max > 0)) return [0, 1];
  const rough = max / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(leastStep, ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power);
  const count = Math.ceil(max / step - 1e-9);
  // Multiplied, not added up: sums of tenths are not round.
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Which of some places on an axis get a label where there is room for `most`; the first always does. */
export function labelled(places: readonly number[], most: number): number[] {
  const every = Math.max(1, Math.ceil(places.length / Math.max(1, most)));
  return places.filter((_, index) => index % every === 0);
}

/** A line through points, interrupted where there is none. `x` and `y` give places in pixels. */
export function linePath(values: readonly (number | undefined)[], x: (index: number) => number, y: (value: number) => number): string {
  let path = '';
  values.forEach((value, index) => {
    if (value === undefined) return;
    const before = values[index - 1];
    const isAlone = before === undefined && values[index + 1] === undefined;
    const [left, top] = [x(index).toFixed(1), y(value).toFixed(1)];
    if (isAlone) path += `M${(x(index) - LONE_WIDTH / 2).toFixed(1)} ${top}h${String(LONE_WIDTH)}`;
    else path += `${before === undefined ? 'M' : 'L'}${left} ${top}`;
  });
  return path;
}
