import { Kafka, logLevel } from 'kafkajs';
import { KafkaEventLog, type KafkaEventLogOptions } from '../kafka-event-log';
import { KafkaLink } from '../kafka-link';
import { TopicProvisioner } from '../topic-provisioner';

const PARTITIONS = 8;
const HOUR_MS = 3_600_000;

/** The brokers that all suites of a run share. */
export function sharedBrokers(): readonly string[] {
  const brokers = process.env['TEST_KAFKA_BROKERS'];
  if (brokers === undefined) throw new Error('No Kafka was started for this suite');
  return brokers.split(',');
}

/** A log for one test, and how to make topics in it. */
export async function openTestLog(options: Partial<KafkaEventLogOptions> = {}) {
  const connection = { brokers: sharedBrokers(), clientId: 'test', ...options.connection };
  const settings = { partitionCount: PARTITIONS, topics: [], replicationFactor: 1, ...options, connection };
  const log = await KafkaEventLog.open(settings);
  const newTopic = async (topic: string): Promise<string> => {
    const link = new KafkaLink(connection);
    const { partitionCount, replicationFactor } = settings;
    await new TopicProvisioner(link, connection.brokers, { partitionCount, replicationFactor, startTimeoutMs: 10_000 }).provide([
      { topic, retentionMs: HOUR_MS, segmentMs: HOUR_MS },
    ]);
    await link.close();
    return topic;
  };
  return { log, newTopic };
}

/** Removes a topic with everything in it. */
export async function deleteTopic(brokers: readonly string[], topic: string): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], clientId: 'test', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
}
