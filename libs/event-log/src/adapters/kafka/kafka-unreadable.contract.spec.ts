import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { keysApart, record, TopicUnderTest, valuesOf } from '@agent-chat/event-log/testing';
import { eventually } from '@agent-chat/testing';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { openTestLog, sharedBrokers } from './testing/open-test-log';

const PARTITIONS = 8;
/** Brokers hear of a topic's settings a little later. */
const HEARD_MS = 1_500;
/** Far less than whoever can't be read rests. */
const PACE = { timeoutMs: 500 };

async function compressBy(topic: string, codec: string): Promise<void> {
  const admin = new Kafka({ brokers: [...sharedBrokers()], clientId: 'test', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'compression.type', value: codec }] }],
  });
  await admin.disconnect();
  await delay(HEARD_MS);
}

describe('KafkaEventLog and a batch that cannot be read', () => {
  it('tells of it, and keeps no other partition waiting', async () => {
    const told: string[] = [];
    const { log, newTopic } = await openTestLog({ hooks: { onError: (error) => told.push(String(error)) } });
    try {
      const topic = await TopicUnderTest.create({ log, newTopic: () => newTopic(`unreadable-${randomUUID()}`) });
      const [broken, sound] = keysApart(2, PARTITIONS).map(({ key }) => key) as [string, string];
      await topic.append(record(broken, 'before'));
      await compressBy(topic.topic, 'zstd');
      await topic.append(record(broken, 'unreadable'));
      await compressBy(topic.topic, 'producer');
      const values: unknown[] = [];
      await topic.subscribe({ onBatch: ({ records }) => Promise.resolve(void values.push(...valuesOf(records))) });
      await eventually(() => expect(told.join()).toContain('codec (4)'));

      for (let value = 0; value < 10; value += 1) {
        await topic.append(record(sound, value));
        await eventually(() => expect(values).toContain(value), PACE);
      }

      expect(values).toContain('before');
    } finally {
      await log.close();
    }
  });
});
