import { FakeClock } from '@agent-chat/testing';
import { FrameBudget } from './frame-budget';

describe('a budget of frames', () => {
  it('gives so many at once, then tells when the next may come', () => {
    const clock = new FakeClock();
    const budget = new FrameBudget({ limit: 2, windowMs: 1_024 }, clock);
    expect([budget.take(), budget.take(), budget.take()]).toEqual([0, 0, 512]);
    clock.advance(511);
    expect(budget.take()).toBe(1);
    clock.advance(1);
    expect([budget.take(), budget.take()]).toEqual([0, 512]);
  });

  it('never holds more than its limit, however long it rests', () => {
    const clock = new FakeClock();
    const budget = new FrameBudget({ limit: 2, windowMs: 1_024 }, clock);
    clock.advance(60_000);
    expect([budget.take(), budget.take(), budget.take()]).toEqual([0, 0, 512]);
  });
});
