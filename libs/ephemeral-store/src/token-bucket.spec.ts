import { takeFrom } from './token-bucket';

describe('takeFrom', () => {
  const bucket = { capacity: 3, refillPerSec: 7 };

  it('allows the cost exactly when it said it would', () => {
    let level = takeFrom(undefined, bucket, 3, 0).level;
    let nowMs = 0;
    for (let round = 0; round < 1_000; round++) {
      const refused = takeFrom(level, bucket, 1, nowMs);
      expect(refused.taken.allowed).toBe(false);
      const early = takeFrom(level, bucket, 1, nowMs + refused.taken.retryAfterMs - 1);
      expect(early.taken.allowed).toBe(false);
      nowMs += refused.taken.retryAfterMs;
      const granted = takeFrom(level, bucket, 1, nowMs);
      expect(granted.taken).toMatchObject({ allowed: true, remaining: 0, retryAfterMs: 0 });
      ({ level } = granted);
    }
  });

  it('neither refills nor drains when the clock jumps back', () => {
    const { level } = takeFrom(undefined, bucket, 2, 10_000);
    expect(takeFrom(level, bucket, 0, 0).taken.remaining).toBe(1);
  });
});
