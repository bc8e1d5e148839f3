import { OwnerClock } from './owner-clock';

function clockAt(databaseNowMs: number) {
  const time = { elapsedMs: 1_000.7 };
  const alarms: number[] = [];
  const clock = new OwnerClock(
    () => time.elapsedMs,
    (aheadMs) => alarms.push(aheadMs),
  );
  clock.correct(databaseNowMs);
  return { clock, time, alarms };
}

describe('OwnerClock', () => {
  it('counts on from the time that the database told (P17)', () => {
    const { clock, time } = clockAt(5_000_000);
    time.elapsedMs += 250;

    expect(clock.nowMs()).toBe(5_000_250);
  });

  it('never goes below the last time of the partition (P17)', () => {
    const { clock, alarms } = clockAt(5_000_000);

    expect(clock.next(5_000_000 + 5_000)).toBe(5_005_000);
    expect(alarms).toEqual([]);
  });

  it('drops a last time over five seconds ahead, with an alarm (P17)', () => {
    const { clock, alarms } = clockAt(5_000_000);

    expect(clock.next(5_000_000 + 5_001)).toBe(5_000_000);
    expect(alarms).toEqual([5_001]);
  });

  it('follows the database when that is set back (P17)', () => {
    const { clock } = clockAt(5_000_000);
    clock.correct(4_000_000);

    expect(clock.nowMs()).toBe(4_000_000);
  });
});
