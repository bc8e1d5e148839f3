import { randomInt } from 'node:crypto';

const FIRST_MS = 1_000;
const MAX_MS = 10 * 60_000;

/** How long to wait before the next try after `attempts` tries: doubling from a second, the upper half of it at random. */
export function retryDelayOf(attempts: number): number {
  const ceiling = Math.min(MAX_MS, FIRST_MS * 2 ** (attempts - 1));
  return ceiling / 2 + randomInt(ceiling / 2 + 1);
}
