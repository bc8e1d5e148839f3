import { keysApart, record, series, upTo, valuesOf } from '@agent-chat/event-log/testing';
import { deferred, eventually, FakeClock } from '@agent-chat/testing';
import { setImmediate as nextRound } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { type Consumption, type StoredRecord, type Subscription } from '../../event-log.port';
import { InMemoryEventLog, type InMemoryEventLogOptions } from './in-memory-event-log';

const TOPIC = 'topic';
const [room, elsewhere] = keysApart(2, 4);

describe('InMemoryEventLog', () => {
  const logs: InMemoryEventLog[] = [];

  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  afterEach(() => Promise.all(logs.splice(0).map((log) => log.close())));

  const open = (options: Partial<InMemoryEventLogOptions> = {}): InMemoryEventLog => {
    const limits = { maxBufferedRecords: 10, retainedRecords: 3, appendTimeoutMs: 30 };
    const log = new InMemoryEventLog({ partitionCount: 4, clock: new FakeClock(), ...limits, ...options });
    logs.push(log);
    return log;
  };

  const subscribe = async (log: InMemoryEventLog, options: Partial<Subscription> = {}): Promise<{ seen: StoredRecord[]; consumption: Consumption }> => {
    const seen: StoredRecord[] = [];
    const onBatch: Subscription['onBatch'] = ({ records }) => {
      seen.push(...records);
      return Promise.resolve();
    };
    const consumption = await log.subscribe({ topic: TOPIC, group: 'g', startAt: 'beginning', commit: 'auto', onBatch, ...options });
    return { seen, consumption };
  };

  it('numbers records from 0 and stamps them with the clock', async () => {
    const clock = new FakeClock(5_000);
    const log = open({ clock });
    await expect(log.append(TOPIC, series(room!.key, 2))).resolves.toEqual([
      { partition: room!.partition, offset: 0 },
      { partition: room!.partition, offset: 1 },
    ]);
    const { records } = await log.read(TOPIC, room!.partition, 0, 1);
    expect(records[0]!.appendedAtMs).toBe(5_000);
  });

  it('keeps only the newest records of a topic that nobody subscribes to', async () => {
    const log = open();
    for (const value of upTo(20)) await log.append(TOPIC, [record(room!.key, value)]);
    const range = await log.read(TOPIC, room!.partition, 0, 100);
    expect(range).toMatchObject({ firstOffset: 17, endOffset: 20 });
    expect(valuesOf(range.records)).toEqual([17, 18, 19]);
  });

  it('keeps what a group is not done with, and of the rest only a tail', async () => {
    const log = open();
    const { consumption } = await subscribe(log, { commit: 'manual' });
    await log.append(TOPIC, series(room!.key, 9));
    await expect(log.read(TOPIC, room!.partition, 0, 1)).resolves.toMatchObject({ firstOffset: 0 });
    await consumption.commit(room!.partition, 8);
    const range = await log.read(TOPIC, room!.partition, 0, 100);
    expect(range).toMatchObject({ firstOffset: 5, endOffset: 9 });
    expect(range.records.map(({ offset }) => offset)).toEqual([5, 6, 7, 8]);
  });

  it('refuses an append when the slowest group stays too far behind for too long', async () => {
    const log = open();
    await subscribe(log);
    await subscribe(log, { group: 'stuck', onBatch: () => new Promise<void>(() => undefined), commit: 'manual' });
    await log.append(TOPIC, series(room!.key, 10));
    await expect(log.append(TOPIC, [record(room!.key, 10)])).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    await expect(log.read(TOPIC, room!.partition, 0, 100)).resolves.toMatchObject({ endOffset: 10 });
    logs.splice(0);
  });

  it('counts bytes as well as records, and only those that a group still needs', async () => {
    const log = open({ maxBufferedRecords: 1_000, maxBufferedBytes: 100 });
    const { consumption } = await subscribe(log, { commit: 'manual' });
    const big = { key: room!.key, value: 'é'.repeat(20), headers: {} };
    for (const offset of [0, 1, 2]) await expect(log.append(TOPIC, [big])).resolves.toMatchObject([{ offset }]);
    await expect(log.append(TOPIC, [big])).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    await consumption.commit(room!.partition, 1);
    await expect(log.append(TOPIC, [big])).resolves.toMatchObject([{ offset: 3 }]);
    await expect(log.append(TOPIC, [big])).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    await consumption.commit(room!.partition, 4);
    await expect(log.append(TOPIC, [big])).resolves.toMatchObject([{ offset: 4 }]);
  });

  it('keeps offsets and contents right however much has passed through', async () => {
    const log = open({ maxBufferedRecords: 1_000, maxBufferedBytes: 2_000, retainedRecords: 5 });
    const { seen } = await subscribe(log);
    for (const value of upTo(3_000)) await log.append(TOPIC, [record(room!.key, value)]);
    await eventually(() => {
      expect(seen).toHaveLength(3_000);
    });
    expect(seen.map(({ offset }) => offset)).toEqual(upTo(3_000));
    expect(valuesOf(seen)).toEqual(upTo(3_000));
    const range = await eventually(async () => {
      const found = await log.read(TOPIC, room!.partition, 2_990, 100);
      expect(found.firstOffset).toBe(2_995);
      return found;
    });
    expect(valuesOf(range.records)).toEqual([2_995, 2_996, 2_997, 2_998, 2_999]);
  });

  it('goes on with other partitions while one is full', async () => {
    const log = open();
    const { consumption } = await subscribe(log, { commit: 'manual' });
    await log.append(TOPIC, series(room!.key, 10));
    const waiting = log.append(TOPIC, [record(room!.key, 10)]);
    await expect(log.append(TOPIC, [record(elsewhere!.key, 0)])).resolves.toHaveLength(1);
    await consumption.commit(room!.partition, 1);
    await expect(waiting).resolves.toEqual([{ partition: room!.partition, offset: 10 }]);
  });

  it('writes what waited for room in the order of the calls', async () => {
    const log = open({ appendTimeoutMs: 5_000 });
    const gate = deferred();
    await subscribe(log, { onBatch: () => gate.promise });
    const { seen } = await subscribe(log, { group: 'other' });
    const appends = upTo(18).map((value) => log.append(TOPIC, [record(room!.key, value)]));
    await eventually(() => {
      expect(valuesOf(seen)).toEqual(upTo(10));
    });
    gate.resolve();
    const positions = await Promise.all(appends);
    expect(positions.map(([position]) => position!.offset)).toEqual(upTo(18));
    await eventually(() => {
      expect(valuesOf(seen)).toEqual(upTo(18));
    });
  });

  it('lets nothing overtake what waits, although there is room again', async () => {
    const log = open({ appendTimeoutMs: 5_000 });
    const { consumption } = await subscribe(log, { commit: 'manual' });
    await log.append(TOPIC, series(room!.key, 10));
    const waiting = log.append(TOPIC, [record(room!.key, 10)]);
    const committing = consumption.commit(room!.partition, 5);
    const later = log.append(TOPIC, [record(room!.key, 11)]);
    await committing;
    expect((await waiting)[0]!.offset).toBe(10);
    expect((await later)[0]!.offset).toBe(11);
  });

  it('keeps the order of a key behind an append that waits for another partition', async () => {
    const log = open({ appendTimeoutMs: 5_000 });
    const { consumption } = await subscribe(log, { commit: 'manual' });
    await log.append(TOPIC, [...series(room!.key, 10), record(elsewhere!.key, 0)]);
    const both = log.append(TOPIC, [record(room!.key, 10), record(elsewhere!.key, 1)]);
    const behind = log.append(TOPIC, [record(elsewhere!.key, 2)]);
    // Looked at anew while the other partition is still full.
    await consumption.commit(elsewhere!.partition, 1);
    await nextRound();
    await nextRound();
    await consumption.commit(room!.partition, 1);
    expect((await both)[1]!.offset).toBe(1);
    expect((await behind)[0]!.offset).toBe(2);
  });

  it('refuses at once what would make the queue of waiting appends too long', async () => {
    const log = open({ appendTimeoutMs: 60_000 });
    await subscribe(log, { commit: 'manual' });
    await log.append(TOPIC, series(room!.key, 10));
    const waiting = upTo(10).map((value) => log.append(TOPIC, [record(room!.key, value)]));
    await expect(log.append(TOPIC, [record(room!.key, 10)])).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    await log.close();
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.map(({ status }) => status)).toEqual(upTo(10).map(() => 'rejected'));
  });

  it('is not held back by a group that nobody is in any more', async () => {
    const log = open({ appendTimeoutMs: 60_000 });
    const { consumption } = await subscribe(log, { commit: 'manual' });
    await log.append(TOPIC, series(room!.key, 10));
    const waiting = log.append(TOPIC, [record(room!.key, 10)]);
    await consumption.stop();
    await expect(waiting).resolves.toHaveLength(1);
    await expect(log.read(TOPIC, room!.partition, 0, 100)).resolves.toMatchObject({ firstOffset: 8, endOffset: 11 });
  });

  it('hands over what waits as one batch, up to its limit', async () => {
    const sizes: number[] = [];
    const log = open({ maxBatchRecords: 4 });
    await subscribe(log, {
      onBatch: ({ records }) => {
        sizes.push(records.length);
        return Promise.resolve();
      },
    });
    await log.append(TOPIC, series(room!.key, 9));
    await eventually(() => {
      expect(sizes).toEqual([4, 4, 1]);
    });
  });

  it('refuses to read a partition that does not exist', async () => {
    await expect(open().read(TOPIC, 4, 0, 1)).rejects.toThrow(RangeError);
  });
});
