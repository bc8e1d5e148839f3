import { randomUUID } from 'node:crypto';
import { record, TopicUnderTest, valuesOf } from '@agent-chat/event-log/testing';
import { eventually } from '@agent-chat/testing';
import { openTestLog } from './testing/open-test-log';

/** Much longer than the appends take. */
const GATHER_MS = 2_000;

describe('KafkaEventLog and a group that lets records gather', () => {
  it('hands over together what was appended piece by piece, and loses none of it', async () => {
    const { log, newTopic } = await openTestLog();
    try {
      const topic = await TopicUnderTest.create({ log, newTopic: () => newTopic(`gathering-${randomUUID()}`) });
      const batches: unknown[][] = [];
      await topic.subscribe({ gatherMs: GATHER_MS, onBatch: ({ records }) => Promise.resolve(void batches.push(valuesOf(records))) });
      await topic.append(record('room', 0));
      await eventually(() => expect(batches).toHaveLength(1));
      for (const value of [1, 2, 3, 4]) await topic.append(record('room', value));

      await eventually(() => expect(batches).toHaveLength(2), { timeoutMs: 2 * GATHER_MS });
      expect(batches).toEqual([[0], [1, 2, 3, 4]]);
    } finally {
      await log.close();
    }
  });

  it('appends the first record at once, and those that come behind it together', async () => {
    const requests: number[] = [];
    const { log, newTopic } = await openTestLog({ appendGatherMs: GATHER_MS, hooks: { onProduced: ({ records }) => requests.push(records) } });
    try {
      const topic = await TopicUnderTest.create({ log, newTopic: () => newTopic(`gathering-${randomUUID()}`) });
      await topic.append(record('room', 0));
      // More than one where the topic was so new that its leader did not know of it.
      const first = requests.length;
      await Promise.all(
        [1, 2, 3, 4].map(async (value) => {
          await new Promise((next) => setTimeout(next, value * 20));
          return topic.append(record('room', value));
        }),
      );
      expect(requests.slice(first)).toEqual([4]);
    } finally {
      await log.close();
    }
  });
});
