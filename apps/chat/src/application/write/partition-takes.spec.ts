import { deferred } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import { OwnedPartition } from './owned-partition';
import { PartitionTakes } from './partition-takes';

describe('PartitionTakes', () => {
  const partition = new OwnedPartition(3);
  const given: OwnedPartition[] = [];
  let isOurs = true;
  let outcomes: Promise<void>[];
  let takes: PartitionTakes;
  let asked: number;
  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(() => {
    jest.useFakeTimers();
    isOurs = true;
    given.length = 0;
    asked = 0;
    outcomes = [];
    takes = new PartitionTakes({
      take: () => {
        asked += 1;
        return outcomes.shift() ?? Promise.resolve();
      },
      isOurs: () => isOurs,
      giveUp: (lost) => given.push(lost),
    });
  });
  afterEach(() => jest.useRealTimers());

  it('takes a partition once, however many ask meanwhile, and not at all while it is active', async () => {
    const taking = deferred();
    outcomes = [taking.promise];
    const asking = [takes.take(partition), takes.take(partition)];
    taking.resolve();
    await Promise.all(asking);
    expect(asked).toBe(1);
    await takes.take(partition);
    expect(asked).toBe(2);

    const active = new OwnedPartition(4);
    active.state = 'active';
    await takes.take(active);

    expect(asked).toBe(2);
  });

  it('takes one at once that was just given, and again where that fails', async () => {
    outcomes = [Promise.reject(new Error('no database'))];
    takes.keepTaking(partition);
    expect(asked).toBe(1);
    await jest.advanceTimersByTimeAsync(49);
    expect(asked).toBe(1);
    await jest.advanceTimersByTimeAsync(60_000);

    expect(asked).toBe(2);
  });

  it('takes it again until it succeeds, each time after a longer pause', async () => {
    outcomes = Array.from({ length: 8 }, () => {
      const failed = Promise.reject(new Error('no database'));
      failed.catch(() => undefined);
      return failed;
    });
    takes.takeAgain(partition);

    for (const [attempt, pauseMs] of [50, 100, 200, 500, 1_000, 1_000, 1_000, 1_000, 1_000].entries()) {
      await jest.advanceTimersByTimeAsync(pauseMs - 1);
      expect(asked).toBe(attempt);
      await jest.advanceTimersByTimeAsync(1);
      expect(asked).toBe(attempt + 1);
    }
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(9);
  });

  it('gives up a partition that the group has given to another, also during the pause', async () => {
    takes.takeAgain(partition);
    isOurs = false;
    await jest.advanceTimersByTimeAsync(50);
    expect(given).toEqual([partition]);

    takes.takeAgain(partition);

    expect(given).toEqual([partition, partition]);
    expect(asked).toBe(0);
  });
});
