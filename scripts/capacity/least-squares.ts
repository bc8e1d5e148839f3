const MOST_SWEEPS = 20_000;
const SMALL_CHANGE = 1e-10;

/**
 * The coefficients, none below zero, for which the sum of the squared errors of `rows · coefficients` against `targets` is least: a part can't be cheaper for
 * having more to do. By coordinate descent, which for a convex problem of this kind ends at its one minimum (Franc, Hlaváč and Navara, 2005).
 */
export function nonNegativeLeastSquares(rows: readonly (readonly number[])[], targets: readonly number[]): number[] {
  const width = rows[0]?.length ?? 0;
  // Columns of equal length: else the descent crawls along those of small numbers.
  const lengths = Array.from({ length: width }, (_, column) => Math.hypot(...rows.map((row) => row[column] ?? 0)) || 1);
  const scaled = rows.map((row) => row.map((value, column) => value / (lengths[column] ?? 1)));
  const gram = Array.from({ length: width }, (_, one) => Array.from({ length: width }, (__, other) => dot(scaled, one, other)));
  const pull = Array.from({ length: width }, (_, column) => scaled.reduce((sum, row, index) => sum + (row[column] ?? 0) * (targets[index] ?? 0), 0));
  const found = new Array<number>(width).fill(0);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) if (improve(found, gram, pull) < SMALL_CHANGE) break;
  return found.map((value, column) => value / (lengths[column] ?? 1));
}

/** One step along each coordinate; answers the largest of them. */
function improve(found: number[], gram: readonly (readonly number[])[], pull: readonly number[]): number {
  let largest = 0;
  for (const [column, row] of gram.entries()) {
    const own = row[column] ?? 0;
    if (own === 0) continue;
    const before = found[column] ?? 0;
    const rest = row.reduce((sum, value, other) => sum + value * (found[other] ?? 0), 0) - own * before;
    found[column] = Math.max(0, ((pull[column] ?? 0) - rest) / own);
    largest = Math.max(largest, Math.abs((found[column] ?? 0) - before));
  }
  return largest;
}

function dot(rows: readonly (readonly number[])[], one: number, other: number): number {
  return rows.reduce((sum, row) => sum + (row[one] ?? 0) * (row[other] ?? 0), 0);
}
