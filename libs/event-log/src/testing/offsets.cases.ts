import { deferred, eventually } from '@agent-chat/testing';
import { type EventLogHarness, type OpenEventLog, record, series, topicEachTest, type TopicUnderTest, upTo, valuesOf } from './event-log-harness';

/** Committing, seeking, and where a group goes on. */
export function describeOffsets(open: OpenEventLog): void {
  let harness: EventLogHarness;
  let topic: TopicUnderTest;

  topicEachTest(open, (fresh, on) => {
    [topic, harness] = [fresh, on];
  });

  it('starts a new group at the beginning or at the end, as it asks', async () => {
    await topic.append(...series('room', 3));
    const { recorder: fromBeginning } = await topic.subscribe({ startAt: 'beginning' });
    const { recorder: fromEnd } = await topic.subscribe({ startAt: 'end' });
    await topic.append(record('room', 3));
    await eventually(() => {
      expect(valuesOf(fromBeginning.records)).toEqual([0, 1, 2, 3]);
      expect(valuesOf(fromEnd.records)).toEqual([3]);
    });
  });

  it('loses nothing of a group that started at the end and changed members before its first commit', async () => {
    const { consumption } = await topic.subscribe({ group: 'g', startAt: 'end', onBatch: () => Promise.reject(new Error('no')) });
    await eventually(() => {
      expect(consumption.assigned()).not.toEqual([]);
    });
    await topic.append(record('room', 'kept'));
    await consumption.stop();
    const { recorder } = await topic.subscribe({ group: 'g', startAt: 'end' });
    await eventually(() => {
      expect(valuesOf(recorder.records)).toEqual(['kept']);
    });
  });

  it('goes on after what an earlier member finished with automatic commits', async () => {
    const { recorder, consumption } = await topic.subscribe({ group: 'g' });
    await topic.append(...series('room', 3));
    await eventually(() => {
      expect(recorder.records).toHaveLength(3);
    });
    await consumption.stop();
    await topic.append(record('room', 3));
    const { recorder: next } = await topic.subscribe({ group: 'g' });
    await eventually(() => {
      expect(valuesOf(next.records)).toEqual([3]);
    });
  });

  it('moves the offset of a manual group only by a commit, and never back', async () => {
    const { recorder, consumption } = await topic.subscribe({ group: 'g', commit: 'manual' });
    await topic.append(...series('room', 5));
    await eventually(() => {
      expect(recorder.records).toHaveLength(5);
    });
    const { partition, offset } = recorder.records[3]!;
    await expect(consumption.committed(partition)).resolves.toBeUndefined();
    await Promise.all([consumption.commit(partition, offset), consumption.commit(partition, offset - 1)]);
    await Promise.all([consumption.commit(partition, offset - 1), consumption.commit(partition, offset - 2)]);
    await expect(consumption.committed(partition)).resolves.toBe(offset);
    await consumption.stop();
    const { recorder: next } = await topic.subscribe({ group: 'g', commit: 'manual' });
    await eventually(() => {
      expect(valuesOf(next.records)).toEqual([3, 4]);
    });
  });

  it('shares committed offsets with nobody but the group', async () => {
    const { recorder, consumption } = await topic.subscribe();
    await topic.append(record('room', 0));
    const { partition, offset } = await eventually(() => {
      expect(recorder.records).toHaveLength(1);
      return recorder.records[0]!;
    });
    await eventually(async () => {
      await expect(consumption.committed(partition)).resolves.toBe(offset + 1);
    });
    const { consumption: other } = await topic.subscribe({ commit: 'manual' });
    await expect(other.committed(partition)).resolves.toBeUndefined();
  });

  it('delivers again from the offset that a member seeks', async () => {
    const { recorder, consumption } = await topic.subscribe({ commit: 'manual' });
    await topic.append(...series('room', 5));
    await eventually(() => {
      expect(recorder.records).toHaveLength(5);
    });
    consumption.seek(recorder.records[2]!.partition, recorder.records[2]!.offset);
    await eventually(() => {
      expect(valuesOf(recorder.records)).toEqual([0, 1, 2, 3, 4, 2, 3, 4]);
    });
  });

  it.each(['succeeds', 'fails'])('heeds a seek that comes while a handler runs, when that handler %s', async (outcome) => {
    const running = deferred();
    let calls = 0;
    const { recorder, consumption } = await topic.subscribe({
      commit: 'manual',
      onBatch: () => {
        calls += 1;
        return calls === 1 ? running.promise : Promise.resolve();
      },
    });
    const positions = await harness.log.append(topic.topic, series('room', 3));
    await eventually(() => {
      expect(calls).toBe(1);
    });
    const before = recorder.records.length;
    consumption.seek(positions[1]!.partition, positions[1]!.offset);
    if (outcome === 'fails') running.reject(new Error('too late'));
    else running.resolve();
    await eventually(() => {
      expect(valuesOf(recorder.records.slice(before))).toEqual([1, 2]);
    });
  });

  it('lets a running handler end before it stops, and commits what that finished', async () => {
    const running = deferred();
    const { recorder, consumption } = await topic.subscribe({ group: 'g', onBatch: () => running.promise });
    await topic.append(...series('room', 2));
    await eventually(() => {
      expect(recorder.records).toHaveLength(2);
    });
    let stopped = false;
    const stopping = consumption.stop().then(() => {
      stopped = true;
    });
    await topic.append(record('room', 2));
    // Another group passes all of it meanwhile, so there was time enough to stop too early.
    const { recorder: witness } = await topic.subscribe();
    await eventually(() => {
      expect(witness.records).toHaveLength(3);
    });
    expect(stopped).toBe(false);
    running.resolve();
    await stopping;
    await consumption.stop();
    expect(consumption.assigned()).toEqual([]);
    const { recorder: next } = await topic.subscribe({ group: 'g' });
    await eventually(() => {
      expect(valuesOf(next.records)).toEqual([2]);
    });
    expect(valuesOf(recorder.records)).toEqual(upTo(2));
  });

  it('delivers nothing of what waited below or beyond the offset that a member seeks meanwhile', async () => {
    const running = deferred();
    const { recorder, consumption } = await topic.subscribe({ commit: 'manual', onBatch: () => running.promise });
    await topic.append(record('room', 0));
    await eventually(() => {
      expect(recorder.records).toHaveLength(1);
    });
    const positions = await harness.log.append(
      topic.topic,
      [1, 2, 3].map((value) => record('room', value)),
    );
    // Another group passes all of it meanwhile, so there was time enough to fetch it.
    const { recorder: witness } = await topic.subscribe();
    await eventually(() => {
      expect(witness.records).toHaveLength(4);
    });
    consumption.seek(positions[2]!.partition, positions[2]!.offset);
    running.resolve();
    await topic.append(record('room', 4));
    await eventually(() => {
      expect(valuesOf(recorder.records)).toEqual([0, 3, 4]);
    });
  });

  it('has no committed offset before the first commit, wherever the group started', async () => {
    await topic.append(...series('room', 3));
    const { consumption } = await topic.subscribe({ startAt: 'end', commit: 'manual' });
    await eventually(() => {
      expect(consumption.assigned()).toHaveLength(harness.log.partitionCount);
    });
    // Whatever the group notes when it starts has been noted by the time something is delivered.
    const [position] = await harness.log.append(topic.topic, [record('room', 3)]);
    await consumption.commit(position!.partition, position!.offset);
    const committed = await Promise.all(consumption.assigned().map((partition) => consumption.committed(partition)));
    expect(committed.filter((offset) => offset !== undefined)).toEqual([position!.offset]);
  });
}
