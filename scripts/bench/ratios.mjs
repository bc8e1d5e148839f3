/** Of several runs' figures one: the median of each that is a number in all of them. */
export function medianOf(runs) {
  const [first = {}] = runs;
  const names = Object.keys(first).filter((name) => runs.every((figures) => typeof figures[name] === 'number'));
  return Object.fromEntries(names.map((name) => [name, median(runs.map((figures) => figures[name]))]));
}

/** For each figure that both have: both, and how often the other's goes into this one. */
export function ratios(here, there) {
  return Object.keys(here)
    .filter((name) => name in there)
    .map((name) => ({ figure: name, here: here[name], there: there[name], ratio: ratioOf(here[name], there[name]) }));
}

function ratioOf(here, there) {
  if (here === there) return 1;
  return there === 0 ? undefined : Math.round((here / there) * 1_000) / 1_000;
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
