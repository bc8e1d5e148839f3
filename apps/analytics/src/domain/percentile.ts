/** How many took at most `upToMs` and more than the step below. */
export interface Step {
  readonly upToMs: number;
  readonly count: number;
}

/** The time below which a share of them lies, in milliseconds, taken as evenly spread within its step; `steps` by rising bounds, the first from 0 on. Undefined where nothing was counted. */
export function percentile(steps: readonly Step[], share: number): number | undefined {
  const wanted = steps.reduce((sum, { count }) => sum + count, 0) * share;
  let below = 0;
  let fromMs = 0;
  for (const { upToMs, count } of steps) {
    if (count > 0 && below + count >= wanted) return Math.round((fromMs + ((upToMs - fromMs) * (wanted - below)) / count) * 10) / 10;
    below += count;
    fromMs = upToMs;
  }
  return undefined;
}
