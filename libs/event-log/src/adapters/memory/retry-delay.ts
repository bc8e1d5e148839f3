const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 5_000;

/** How long to wait after the n-th failure in a row (1 is the first): 50 ms, doubling to 5 s. */
export function retryDelayMs(failures: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS);
}
