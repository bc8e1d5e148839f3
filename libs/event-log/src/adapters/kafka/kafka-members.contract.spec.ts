import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { type EventLogHarness, keysApart, record, TopicUnderTest } from '@agent-chat/event-log/testing';
import { eventually } from '@agent-chat/testing';
import { openTestLog, sharedBrokers } from './testing/open-test-log';

const RUNNER = resolve(__dirname, '../../../../../scripts/toolchain/run-typescript.mjs');
/** The longest that a group may stand still for a member that says nothing any more (`docs/protocol.md`). */
const MOVED = { timeoutMs: 10_000 };
const PATIENCE = { timeoutMs: 20_000 };

interface Told {
  readonly event: 'assigned' | 'revoked' | 'handled';
  readonly partitions: readonly number[];
}

describe('KafkaEventLog and members in processes of their own', () => {
  let harness: EventLogHarness;
  let topic: TopicUnderTest;
  let child: ChildProcess;
  let told: Told[];

  beforeEach(async () => {
    const { log, newTopic } = await openTestLog();
    harness = { log, newTopic: () => newTopic(`members-${randomUUID()}`) };
    topic = await TopicUnderTest.create(harness);
    told = [];
    child = fork(RUNNER, [join(__dirname, 'testing/member.process.ts')], { execArgv: [] });
    child.on('message', (message: Told) => told.push(message));
    child.send({ brokers: sharedBrokers(), topic: topic.topic, group: 'g', partitionCount: log.partitionCount });
    await eventually(() => {
      expect(held()).toHaveLength(log.partitionCount);
    }, PATIENCE);
  });

  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await harness.log.close();
  });

  const held = (): readonly number[] => {
    const partitions = new Set<number>();
    for (const { event, partitions: named } of told) {
      if (event === 'assigned') named.forEach((each) => partitions.add(each));
      if (event === 'revoked') named.forEach((each) => partitions.delete(each));
    }
    return [...partitions];
  };

  const appendEverywhere = (value: string): Promise<void> => {
    const keys = keysApart(harness.log.partitionCount, harness.log.partitionCount);
    return topic.append(...keys.map(({ key }) => record(key, value)));
  };

  it('moves the partitions of a killed member to another within ten seconds', async () => {
    const { recorder, consumption } = await topic.subscribe({ group: 'g' });
    const half = harness.log.partitionCount / 2;
    await eventually(() => {
      expect(consumption.assigned()).toHaveLength(half);
      expect(held()).toHaveLength(half);
    }, PATIENCE);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await appendEverywhere('after');
    await eventually(() => {
      expect(consumption.assigned()).toHaveLength(harness.log.partitionCount);
      expect(recorder.records).toHaveLength(harness.log.partitionCount);
    }, MOVED);
  }, 60_000);

  it('tells a member that stood still what it has lost, and shares with it again when it is back', async () => {
    const { consumption } = await topic.subscribe({ group: 'g' });
    child.kill('SIGSTOP');
    await eventually(() => {
      expect(consumption.assigned()).toHaveLength(harness.log.partitionCount);
    }, PATIENCE);
    const before = told.length;
    child.kill('SIGCONT');
    await eventually(() => {
      expect(told.slice(before).filter(({ event }) => event === 'revoked').length).toBeGreaterThan(0);
      expect(held()).toHaveLength(harness.log.partitionCount / 2);
      expect(consumption.assigned().filter((partition) => held().includes(partition))).toEqual([]);
    }, PATIENCE);
  }, 60_000);

  it('refuses the commits of a member that has lost its place', async () => {
    const { recorder, consumption } = await topic.subscribe({ group: 'lonely', commit: 'manual' });
    await appendEverywhere('x');
    await eventually(() => {
      expect(recorder.records).toHaveLength(harness.log.partitionCount);
    }, PATIENCE);
    const { partition, offset } = recorder.records[0]!;
    await consumption.stop();
    await expect(consumption.commit(partition, offset + 1)).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
  });
});
