import { deferred, eventually } from '@agent-chat/testing';
import { type EventLogHarness, keysApart, type OpenEventLog, record, series, topicEachTest, TopicUnderTest, upTo, valuesOf } from './event-log-harness';

/** What a handler may rely on. */
export function describeDelivery(open: OpenEventLog): void {
  let harness: EventLogHarness;
  let topic: TopicUnderTest;

  topicEachTest(open, (fresh, on) => {
    [topic, harness] = [fresh, on];
  });

  it('delivers the same records in the same order after a failed handler, and skips none', async () => {
    let failuresLeft = 3;
    const { recorder } = await topic.subscribe({
      onBatch: () => {
        failuresLeft -= 1;
        return failuresLeft >= 0 ? Promise.reject(new Error('not now')) : Promise.resolve();
      },
    });
    await topic.append(...series('room', 5));
    await topic.append(record('room', 5));
    await eventually(() => {
      expect(valuesOf(recorder.records).slice(-1)).toEqual([5]);
      expect(failuresLeft).toBeLessThan(0);
    });
    const values = valuesOf(recorder.records);
    expect(values.filter((value) => value === 0)).toHaveLength(4);
    // Every delivery begins at 0 again and counts up by one until the last one reaches the end.
    values.forEach((value, index) => {
      expect([0, Number(values[index - 1] ?? -1) + 1]).toContain(value);
    });
  });

  it('redelivers when a handler throws before it returns a promise', async () => {
    let calls = 0;
    const { recorder } = await topic.subscribe({
      onBatch: () => {
        calls += 1;
        if (calls === 1) throw new Error('at once');
        return Promise.resolve();
      },
    });
    await topic.append(record('room', 'x'));
    await eventually(() => {
      expect(valuesOf(recorder.records)).toEqual(['x', 'x']);
    });
  });

  it('goes on with other partitions while the handler of one fails', async () => {
    const [bad, good] = keysApart(2, harness.log.partitionCount);
    const { recorder } = await topic.subscribe({
      onBatch: ({ partition }) => (partition === bad!.partition ? Promise.reject(new Error('stuck')) : Promise.resolve()),
    });
    await topic.append(record(bad!.key, 0), ...series(good!.key, 20));
    await eventually(() => {
      expect(valuesOf(recorder.records, good!.key)).toEqual(upTo(20));
      expect(valuesOf(recorder.records, bad!.key).length).toBeGreaterThan(1);
    });
  });

  it('never runs two handlers of a partition at once, and does not let a slow one hold up another partition', async () => {
    const [slow, quick] = keysApart(2, harness.log.partitionCount);
    const release = deferred();
    const { recorder } = await topic.subscribe({
      onBatch: ({ partition }) => (partition === slow!.partition ? release.promise : Promise.resolve()),
    });
    await topic.append(record(slow!.key, 0));
    await eventually(() => {
      expect(valuesOf(recorder.records, slow!.key)).toEqual([0]);
    });
    await topic.append(record(slow!.key, 1), ...series(quick!.key, 10));
    await eventually(() => {
      expect(valuesOf(recorder.records, quick!.key)).toEqual(upTo(10));
    });
    expect(valuesOf(recorder.records, slow!.key)).toEqual([0]);
    release.resolve();
    await eventually(() => {
      expect(valuesOf(recorder.records, slow!.key)).toEqual([0, 1]);
    });
    expect(recorder.mostAtOnce).toBe(1);
  });

  it('delivers to several groups independently of each other', async () => {
    const stuck = deferred();
    const { recorder: slow } = await topic.subscribe({ group: 'slow', onBatch: () => stuck.promise });
    const { recorder: quick } = await topic.subscribe({ group: 'quick' });
    await topic.append(...series('room', 10));
    await topic.append(record('room', 10));
    await eventually(() => {
      expect(valuesOf(quick.records)).toEqual(upTo(11));
    });
    stuck.resolve();
    await eventually(() => {
      expect(valuesOf(slow.records)).toEqual(upTo(11));
    });
  });

  it('keeps topics apart', async () => {
    const other = await TopicUnderTest.create(harness);
    const { recorder } = await topic.subscribe({ group: 'same' });
    const { recorder: otherRecorder } = await other.subscribe({ group: 'same' });
    await other.append(record('room', 'other'));
    await topic.append(record('room', 'this'));
    await eventually(() => {
      expect(valuesOf(recorder.records)).toEqual(['this']);
      expect(valuesOf(otherRecorder.records)).toEqual(['other']);
    });
  });

  it('pauses a partition until it is resumed, while others go on', async () => {
    const [held, free] = keysApart(2, harness.log.partitionCount);
    const { recorder, consumption } = await topic.subscribe();
    await eventually(() => {
      expect(consumption.assigned()).toContain(held!.partition);
    });
    consumption.pause(held!.partition);
    await topic.append(...series(held!.key, 3), ...series(free!.key, 3));
    await eventually(() => {
      expect(valuesOf(recorder.records, free!.key)).toEqual([0, 1, 2]);
    });
    expect(valuesOf(recorder.records, held!.key)).toEqual([]);
    consumption.resume(held!.partition);
    await eventually(() => {
      expect(valuesOf(recorder.records, held!.key)).toEqual([0, 1, 2]);
    });
  });

  it('heeds a pause that comes while a handler runs: no further batch, whatever was appended meanwhile', async () => {
    const running = deferred();
    const { recorder, consumption } = await topic.subscribe({ onBatch: () => running.promise });
    await topic.append(record('room', 0));
    await eventually(() => {
      expect(recorder.records).toHaveLength(1);
    });
    await topic.append(record('room', 1));
    const appended = recorder.records[0]!.partition;
    // Another group passes all of it meanwhile, so there was time enough to fetch it.
    const { recorder: witness } = await topic.subscribe();
    await eventually(() => {
      expect(valuesOf(witness.records)).toEqual([0, 1]);
    });
    consumption.pause(appended);
    running.resolve();
    await eventually(async () => {
      await expect(consumption.committed(appended)).resolves.toBe(recorder.records[0]!.offset + 1);
    });
    expect(valuesOf(recorder.records)).toEqual([0]);
    consumption.resume(appended);
    await eventually(() => {
      expect(valuesOf(recorder.records)).toEqual([0, 1]);
    });
  });
}
