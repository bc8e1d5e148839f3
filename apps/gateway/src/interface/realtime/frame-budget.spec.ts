import { type BucketLevel } from '@agent-chat/ephemeral-store';
import { FakeClock } from '@agent-chat/testing';
import { FrameBudget } from './frame-budget';

describe('a budget of frames', () => {
  const begin = (): { clock: FakeClock; take: () => number } => {
    const clock = new FakeClock();
    const budget = new FrameBudget({ limit: 2, windowMs: 1_024 }, clock);
    let level: BucketLevel | undefined;
    const take = (): number => {
      const taken = budget.take(level);
      level = taken.level;
      return taken.retryAfterMs;
    };
    return { clock, take };
  };

  it('gives so many at once, then tells when the next may come', () => {
    const { clock, take } = begin();
    expect([take(), take(), take()]).toEqual([0, 0, 512]);
    clock.advance(511);
    expect(take()).toBe(1);
    clock.advance(1);
    expect([take(), take()]).toEqual([0, 512]);
  });

  it('never holds more than its limit, however long a connection rests', () => {
    const { clock, take } = begin();
    clock.advance(60_000);
    expect([take(), take(), take()]).toEqual([0, 0, 512]);
  });
});
