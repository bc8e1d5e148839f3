import { eventually } from '@agent-chat/testing';
import { Kafka, logLevel } from 'kafkajs';
import { type Fault } from './fault-load';

const PARTITIONS = 64;
const PATIENCE = { timeoutMs: 30_000, intervalMs: 100 };
const SETTINGS = { 'retention.ms': '259200000', 'segment.ms': '86400000' };

/** A topic that somebody removes with all that is in it and makes anew: it begins at offset 0, far behind what was committed. */
export function topicMadeAnew(brokers: string, topic: string): Fault {
  const configEntries = Object.entries(SETTINGS).map(([name, value]) => ({ name, value }));
  const wanted = { topics: [{ topic, numPartitions: PARTITIONS, configEntries }], waitForLeaders: false };
  return {
    name: `the topic ${topic} is removed and made anew, empty`,
    begin: async () => {
      const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      try {
        await admin.deleteTopics({ topics: [topic] });
        // A broker that hasn't heard of the removal yet says that the topic is there.
        await eventually(async () => expect(await admin.createTopics(wanted)).toBe(true), PATIENCE);
      } finally {
        await admin.disconnect();
      }
    },
    mend: () => Promise.resolve(),
  };
}
