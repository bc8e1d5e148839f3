import { deferred, eventually } from '@agent-chat/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { type Consumption } from '../event-log.port';
import { type BatchRecorder } from './batch-recorder';
import { type EventLogHarness, keysApart, type OpenEventLog, record, series, topicEachTest, type TopicUnderTest, upTo, valuesOf } from './event-log-harness';

/** Members that share a group's partitions. */
export function describeGroups(open: OpenEventLog): void {
  let harness: EventLogHarness;
  let topic: TopicUnderTest;

  topicEachTest(open, (fresh, on) => {
    [topic, harness] = [fresh, on];
  });

  const all = (): number[] => upTo(harness.log.partitionCount);
  const keys = (): Map<number, string> =>
    new Map(keysApart(harness.log.partitionCount, harness.log.partitionCount).map(({ key, partition }) => [partition, key]));
  const keyIn = (partition: number): string => keys().get(partition)!;
  const sharedOut = (...members: Consumption[]): void => {
    expect(members.flatMap((member) => [...member.assigned()]).sort((one, other) => one - other)).toEqual(all());
  };

  it('gives a lone member every partition, and says so before the first batch', async () => {
    await topic.append(record('room', 0));
    const seen: string[] = [];
    const { consumption } = await topic.subscribe({
      onAssigned: async (partitions) => {
        await topic.append(record('room', 1));
        await delay(5);
        seen.push(`assigned ${String(partitions.length)}`);
      },
      onBatch: () => {
        seen.push('batch');
        return Promise.resolve();
      },
    });
    await eventually(() => {
      expect(seen).toEqual([`assigned ${String(harness.log.partitionCount)}`, 'batch']);
    });
    sharedOut(consumption);
  });

  it('asks a member that failed to take its partitions again, and holds its batches back until then', async () => {
    await topic.append(record('room', 0));
    let refusals = 0;
    const refusalsAtBatch: number[] = [];
    const { recorder } = await topic.subscribe({
      onAssigned: () => {
        if (refusals === 2) return Promise.resolve();
        refusals += 1;
        return Promise.reject(new Error('database away'));
      },
      onBatch: () => {
        refusalsAtBatch.push(refusals);
        return Promise.resolve();
      },
    });
    await eventually(() => {
      expect(recorder.records).toHaveLength(1);
    });
    expect(refusalsAtBatch).toEqual([2]);
  });

  it('shares the partitions out when a member joins and takes them back when it leaves', async () => {
    const owned = [new Set<number>(), new Set<number>()];
    let givenTwice = 0;
    const member = (index: number) => ({
      group: 'g',
      onAssigned: (partitions: readonly number[]) => {
        for (const partition of partitions) {
          // Given only after it was taken from the other.
          if (owned.some((set) => set.has(partition))) givenTwice += 1;
          owned[index]!.add(partition);
        }
        return Promise.resolve();
      },
      onRevoked: (partitions: readonly number[]) => {
        for (const partition of partitions) owned[index]!.delete(partition);
        return Promise.resolve();
      },
    });
    const { consumption: first } = await topic.subscribe(member(0));
    await eventually(() => {
      expect(owned.map((set) => set.size)).toEqual([harness.log.partitionCount, 0]);
    });
    const { consumption: second } = await topic.subscribe(member(1));
    await eventually(() => {
      expect(owned[0]!.size + owned[1]!.size).toBe(harness.log.partitionCount);
      expect(Math.abs(owned[0]!.size - owned[1]!.size)).toBeLessThanOrEqual(1);
      sharedOut(first, second);
    });
    await second.stop();
    await eventually(() => {
      expect(owned.map((set) => set.size)).toEqual([harness.log.partitionCount, 0]);
    });
    expect(givenTwice).toBe(0);
  });

  it('loses nothing and keeps the order of each key while members join and leave', async () => {
    const recorders: BatchRecorder[] = [];
    const join = async (): Promise<Consumption> => {
      const { recorder, consumption } = await topic.subscribe({ group: 'g', onBatch: () => delay(1) });
      recorders.push(recorder);
      return consumption;
    };
    const keys = upTo(20).map((index) => `room-${String(index)}`);
    const appending = (async () => {
      for (const value of upTo(60)) {
        await topic.append(...keys.map((key) => record(key, value)));
        await delay(2);
      }
    })();
    const first = await join();
    const second = await join();
    await join();
    await eventually(() => {
      expect(second.assigned()).not.toEqual([]);
    });
    await first.stop();
    await join();
    await second.stop();
    await appending;
    await eventually(() => {
      const seen = new Set(recorders.flatMap(({ records }) => records.map(({ partition, offset }) => `${String(partition)}/${String(offset)}`)));
      expect(seen.size).toBe(keys.length * 60);
    });
    // What a member sees of a key for the first time only ever counts up: it jumps over what others handled, and repeats are repeats.
    for (const recorder of recorders) {
      expect(recorder.mostAtOnce).toBeLessThanOrEqual(1);
      for (const key of keys) {
        const firstSeen = [...new Set(valuesOf(recorder.records, key).map(Number))];
        expect(firstSeen).toEqual([...firstSeen].sort((one, other) => one - other));
      }
    }
  });

  it('never lets two members work on one partition at once, however long a handler takes', async () => {
    const release = deferred();
    const running = new Map<number, number>();
    let overlaps = 0;
    const onBatch = async ({ partition }: { partition: number }): Promise<void> => {
      const now = (running.get(partition) ?? 0) + 1;
      running.set(partition, now);
      if (now > 1) overlaps += 1;
      await release.promise;
      running.set(partition, now - 1);
    };
    const records = upTo(200).map((index) => record(`room-${String(index)}`, index));
    const { recorder: firstRecorder, consumption: first } = await topic.subscribe({ group: 'g', onBatch });
    await topic.append(...records);
    await eventually(() => {
      expect(running.size).toBe(harness.log.partitionCount);
    });
    const { recorder: secondRecorder } = await topic.subscribe({ group: 'g', onBatch });
    const stopping = first.stop();
    // In another group a second member gets its share meanwhile, and handles it: there was time enough to do it wrong.
    await topic.subscribe({ group: 'witness' });
    const { recorder: witness, consumption: witnessing } = await topic.subscribe({ group: 'witness' });
    await eventually(() => {
      expect(witnessing.assigned()).not.toEqual([]);
    });
    await topic.append(...records);
    await eventually(() => {
      expect(witness.records.length).toBeGreaterThan(0);
    });
    expect(secondRecorder.records).toEqual([]);
    release.resolve();
    await stopping;
    await eventually(() => {
      const seen = [...firstRecorder.records, ...secondRecorder.records].map(({ partition, offset }) => `${String(partition)}/${String(offset)}`);
      expect(new Set(seen).size).toBe(400);
    });
    expect(overlaps).toBe(0);
  });

  it('gives the next member what a stopped one had not committed', async () => {
    const { recorder, consumption } = await topic.subscribe({ group: 'g', onBatch: () => Promise.reject(new Error('no')) });
    await topic.append(record('room', 0), record('room', 1));
    await eventually(() => {
      expect(recorder.records).not.toEqual([]);
    });
    await consumption.stop();
    const { recorder: next } = await topic.subscribe({ group: 'g' });
    await eventually(() => {
      expect(valuesOf(next.records)).toEqual([0, 1]);
    });
  });

  it('still takes commits of a member that is told to give partitions up', async () => {
    const { recorder, consumption } = await topic.subscribe({
      group: 'g',
      commit: 'manual',
      onRevoked: async (partitions) => {
        const last = recorder.records.at(-1);
        if (last && partitions.includes(last.partition)) await consumption.commit(last.partition, last.offset + 1);
      },
    });
    await topic.append(record('room', 0));
    await eventually(() => {
      expect(recorder.records).toHaveLength(1);
    });
    await consumption.stop();
    await topic.append(record('room', 1));
    const { recorder: next } = await topic.subscribe({ group: 'g' });
    await eventually(() => {
      expect(valuesOf(next.records)).toEqual([1]);
    });
  });

  it('still takes commits of a member that gives some of its partitions to another', async () => {
    const commits: Promise<void>[] = [];
    const { recorder, consumption } = await topic.subscribe({
      group: 'g',
      commit: 'manual',
      onRevoked: async (partitions) => {
        for (const partition of partitions) commits.push(consumption.commit(partition, recorder.nextOffsets.get(partition) ?? 0));
        await Promise.all(commits);
      },
    });
    const records = all().flatMap((partition) => upTo(3).map((value) => record(keyIn(partition), value)));
    await topic.append(...records);
    await eventually(() => {
      expect(recorder.records).toHaveLength(records.length);
    });
    const { recorder: next, consumption: second } = await topic.subscribe({ group: 'g', commit: 'manual' });
    await eventually(() => {
      expect(second.assigned()).toHaveLength(harness.log.partitionCount / 2);
    });
    await topic.append(...all().map((partition) => record(keyIn(partition), 'later')));
    await eventually(() => {
      expect(valuesOf(next.records)).toEqual(second.assigned().map(() => 'later'));
    });
    expect(commits).toHaveLength(harness.log.partitionCount / 2);
  });

  it('leaves a member the partitions that do not move, undisturbed', async () => {
    const told: string[] = [];
    const { recorder, consumption: first } = await topic.subscribe({
      group: 'g',
      commit: 'manual',
      onAssigned: (partitions) => {
        told.push(`assigned ${String(partitions.length)}`);
        return Promise.resolve();
      },
      onRevoked: (partitions) => {
        told.push(`revoked ${String(partitions.length)}`);
        return Promise.resolve();
      },
    });
    await topic.append(...all().map((partition) => record(keyIn(partition), 'before')));
    await eventually(() => {
      expect(recorder.records).toHaveLength(harness.log.partitionCount);
    });
    const { recorder: other, consumption: second } = await topic.subscribe({ group: 'g' });
    const half = harness.log.partitionCount / 2;
    await eventually(() => {
      expect(valuesOf(other.records)).toHaveLength(half);
      sharedOut(first, second);
    });
    await topic.append(...all().map((partition) => record(keyIn(partition), 'after')));
    await eventually(() => {
      expect(valuesOf(recorder.records).filter((value) => value === 'after')).toHaveLength(half);
    });
    // Nothing was committed: what had to begin anew would deliver "before" again.
    expect(valuesOf(recorder.records).filter((value) => value === 'before')).toHaveLength(harness.log.partitionCount);
    expect(told).toEqual([`assigned ${String(harness.log.partitionCount)}`, `revoked ${String(half)}`]);
  });

  it('begins where the subscriber seeks while it takes its partitions', async () => {
    await topic.append(...series('room', 5));
    const { recorder, consumption }: { recorder: BatchRecorder; consumption: Consumption } = await topic.subscribe({
      onAssigned: (partitions) => {
        for (const partition of partitions) consumption.seek(partition, 3);
        return Promise.resolve();
      },
    });
    await eventually(() => {
      expect(valuesOf(recorder.records)).toEqual([3, 4]);
    });
  });
}
