import { partitionOf } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { type EventLogHarness, keysApart, type OpenEventLog, record, series, topicEachTest, type TopicUnderTest, upTo, valuesOf } from './event-log-harness';

/** Appending, reading back, bounds and closing. */
export function describeAppending(open: OpenEventLog): void {
  let harness: EventLogHarness;
  let topic: TopicUnderTest;

  topicEachTest(open, (fresh, on) => {
    [topic, harness] = [fresh, on];
  });

  it('answers where each record lies, in the order of the records', async () => {
    const { log } = harness;
    const [one, other] = keysApart(2, log.partitionCount);
    const records = [record(one!.key, 0), record(other!.key, 1), record(one!.key, 2)];
    const positions = await log.append(topic.topic, records);
    expect(positions.map(({ partition }) => partition)).toEqual([one!.partition, other!.partition, one!.partition]);
    for (const [index, { partition, offset }] of positions.entries()) {
      const { records: found } = await log.read(topic.topic, partition, offset, 1);
      expect(found).toMatchObject([{ ...records[index], partition, offset }]);
    }
    expect(positions[2]!.offset).toBeGreaterThan(positions[0]!.offset);
  });

  it('puts every record of a key into the partition that the kernel computes', async () => {
    const keys = upTo(50).map((index) => `room-${String(index)}`);
    const positions = await harness.log.append(
      topic.topic,
      keys.map((key) => record(key, 0)),
    );
    expect(positions.map(({ partition }) => partition)).toEqual(keys.map((key) => partitionOf(key, harness.log.partitionCount)));
  });

  it('accepts an append of nothing', async () => {
    await expect(harness.log.append(topic.topic, [])).resolves.toEqual([]);
  });

  it('keeps the order of each key under many appends that nobody awaits', async () => {
    const { recorder } = await topic.subscribe();
    const keys = upTo(7).map((index) => `room-${String(index)}`);
    await Promise.all(upTo(100).flatMap((value) => keys.map((key) => topic.append(record(key, value)))));
    await eventually(() => {
      expect(recorder.records).toHaveLength(700);
    });
    for (const key of keys) expect(valuesOf(recorder.records, key)).toEqual(upTo(100));
  });

  it('stores what the record was when it was appended, text and headers unharmed', async () => {
    const headers: Record<string, string> = { requestId: 'r-1', name: 'Zoë 🦊' };
    const value = JSON.stringify({ text: 'line\n“quoted” 漢字 🦊' });
    const appended = harness.log.append(topic.topic, [{ key: 'room', value, headers }]);
    headers['requestId'] = 'changed';
    const [position] = await appended;
    const { records } = await harness.log.read(topic.topic, position!.partition, position!.offset, 1);
    expect(records).toMatchObject([{ key: 'room', value, headers: { requestId: 'r-1', name: 'Zoë 🦊' } }]);
    expect(records[0]!.appendedAtMs).toBeGreaterThan(0);
  });

  it('reads a stretch of a partition up to a limit and says where it begins and ends', async () => {
    const positions = await harness.log.append(topic.topic, series('room', 10));
    const { partition, offset } = positions[3]!;
    const range = await harness.log.read(topic.topic, partition, offset, 4);
    expect(valuesOf(range.records)).toEqual([3, 4, 5, 6]);
    expect(range.firstOffset).toBe(positions[0]!.offset);
    expect(range.endOffset).toBeGreaterThan(positions[9]!.offset);
    const atEnd = await harness.log.read(topic.topic, partition, range.endOffset, 4);
    expect(atEnd.records).toEqual([]);
    const next = await harness.log.append(topic.topic, series('room', 1));
    expect(next[0]!.offset).toBe(range.endOffset);
  });

  it('settles every append while consumers stand still, and later delivers exactly what it accepted', async () => {
    const { recorder, consumption } = await topic.subscribe();
    await eventually(() => {
      expect(consumption.assigned()).toHaveLength(harness.log.partitionCount);
    });
    for (const partition of consumption.assigned()) consumption.pause(partition);
    const outcomes = await Promise.allSettled(upTo(3_000).map((value) => topic.append(record('room', value))));
    const accepted = upTo(3_000).filter((value) => outcomes[value]!.status === 'fulfilled');
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.filter((outcome) => (outcome.reason as { code?: string }).code !== 'LOG_UNAVAILABLE')).toEqual([]);
    for (const partition of consumption.assigned()) consumption.resume(partition);
    await eventually(() => {
      expect(recorder.records).toHaveLength(accepted.length);
    });
    expect(valuesOf(recorder.records)).toEqual(accepted);
    await expect(topic.append(record('room', 'again'))).resolves.toBeUndefined();
  });

  it('refuses everything once closed, and closes twice', async () => {
    const { log } = harness;
    await topic.append(record('room', 0));
    await Promise.all([log.close(), log.close()]);
    await log.close();
    await expect(log.append(topic.topic, [record('room', 1)])).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    await expect(log.read(topic.topic, 0, 0, 1)).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    await expect(topic.subscribe()).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
  });
}
