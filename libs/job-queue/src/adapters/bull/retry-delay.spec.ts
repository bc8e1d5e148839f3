import { retryDelayOf } from './retry-delay';

describe('retryDelayOf', () => {
  it.each([
    [1, 500, 1_000],
    [2, 1_000, 2_000],
    [5, 8_000, 16_000],
    [50, 300_000, 600_000],
  ])('waits after %d tries between %d and %d ms, not always the same', (attempts, least, most) => {
    const delays = Array.from({ length: 200 }, () => retryDelayOf(attempts));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...delays)).toBeLessThanOrEqual(most);
    expect(new Set(delays).size).toBeGreaterThan(10);
  });
});
