import { EVENTS_TOPIC } from '@agent-chat/contracts';
import { KafkaEventLog } from '@agent-chat/event-log/adapters/kafka';
import { DEFAULT_PARTITION_COUNT, partitionOf } from '@agent-chat/kernel';

const MOST = 10_000;

/** Appends to Kafka's topic of events what it holds of these rooms: the newest first, and then all of it in order. Rejects where it holds nothing of one. */
export async function repeatEvents(brokers: string, roomIds: readonly string[]): Promise<void> {
  const connection = { brokers: brokers.split(','), clientId: 'repeating' };
  const log = await KafkaEventLog.open({ connection, partitionCount: DEFAULT_PARTITION_COUNT, topics: [], replicationFactor: 1 });
  try {
    for (const partition of new Set(roomIds.map((roomId) => partitionOf(roomId, DEFAULT_PARTITION_COUNT)))) {
      const { records } = await log.read(EVENTS_TOPIC, partition, 0, MOST);
      const own = records.filter(({ key }) => roomIds.includes(key)).map(({ key, value, headers }) => ({ key, value, headers }));
      if (own.length === 0) throw new Error(`The topic of events holds nothing of the rooms of partition ${partition}`);
      await log.append(EVENTS_TOPIC, own.toReversed());
      await log.append(EVENTS_TOPIC, own);
    }
  } finally {
    await log.close();
  }
}
