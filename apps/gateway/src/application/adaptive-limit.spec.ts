import { AdaptiveLimit } from './adaptive-limit';

const PLAN = { targetMs: 250, windowMs: 200, least: 8, most: 1_000 };

/** A limit and its clock: `window` answers so many calls, evenly, until they are judged. */
function setUp() {
  const limit = new AdaptiveLimit(PLAN);
  const rig = {
    limit,
    nowMs: 10_000,
    window: (waitedMs: readonly number[]): void => {
      for (const each of waitedMs) {
        rig.nowMs += PLAN.windowMs / waitedMs.length;
        limit.answered(each, rig.nowMs);
      }
    },
    left: () => Math.round(limit.left(rig.nowMs)),
  };
  // The first answer begins a window.
  limit.answered(1, rig.nowMs);
  return rig;
}

const times = (count: number, waitedMs: number): number[] => Array.from({ length: count }, () => waitedMs);

describe('AdaptiveLimit', () => {
  it('is none while answers come in time, be some of them late', () => {
    const { limit, window } = setUp();
    window([...times(5, 100), ...times(5, 3_000)]);

    expect(limit.isSet).toBe(false);
  });

  it('is what was answered in the target time, once answers are late, less what is under way', () => {
    const { limit, window, left } = setUp();
    window(times(40, 400));
    window(times(40, 400));
    limit.open = 20;

    expect(left()).toBe(50 - 20);
  });

  it('is none while what a pause has left behind goes by itself', () => {
    const { limit, window } = setUp();
    for (const waitedMs of [2_000, 1_500, 1_000, 500, 300, 10]) window(times(40, waitedMs));

    expect(limit.isSet).toBe(false);
  });

  it('falls while answers stay late, but not below the least', () => {
    const { window, left } = setUp();
    for (let count = 0; count < 2; count++) window(times(40, 400));
    const limits = Array.from({ length: 12 }, () => {
      window(times(40, 400));
      return left();
    });

    expect(limits.slice(0, 2)).toEqual([40, 32]);
    expect(limits.at(-1)).toBe(8);
  });

  it('grows slowly while calls are refused, then quickly, and then it is none', () => {
    const { limit, window, left } = setUp();
    for (let count = 0; count < 2; count++) window(times(40, 400));
    limit.refuse();
    window(times(40, 100));
    expect(left()).toBe(52);
    window(times(40, 100));
    expect(left()).toBe(57);
    for (let count = 0; count < 31; count++) window(times(40, 100));

    expect(limit.isSet).toBe(false);
  });

  it('is forgotten when nothing was answered for two seconds', () => {
    const rig = setUp();
    for (let count = 0; count < 2; count++) rig.window(times(40, 400));
    rig.nowMs += 2_001;

    expect(rig.left()).toBe(Infinity);
  });
});
