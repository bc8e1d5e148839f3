import { randomUUID } from 'node:crypto';
import { KafkaEventLog } from './kafka-event-log';
import { sharedBrokers } from './testing/open-test-log';

const DAY_MS = 86_400_000;
const connection = { brokers: sharedBrokers(), clientId: 'test' };

describe('the topics of KafkaEventLog', () => {
  const open = (topic: string, partitionCount: number, more: object = {}): Promise<KafkaEventLog> =>
    KafkaEventLog.open({
      ...{ connection, partitionCount, replicationFactor: 1 },
      topics: [{ topic, retentionMs: 3 * DAY_MS, segmentMs: DAY_MS, keyWindowMs: 7 * DAY_MS, ...more }],
    });

  it('are made by whoever starts first, also when several start at once', async () => {
    const topic = `topics-${randomUUID()}`;
    const logs = await Promise.all([open(topic, 6), open(topic, 6), open(topic, 6)]);
    const positions = await Promise.all(logs.map((log) => log.append(topic, [{ key: 'k', value: '1', headers: {} }])));
    expect(positions.map(([position]) => position!.offset).sort()).toEqual([0, 1, 2]);
    await Promise.all(logs.map((log) => log.close()));
  });

  it.each([
    ['fewer', 8],
    ['more', 4],
  ])('are refused with one message if they have %s partitions than the installation', async (_, partitionCount) => {
    const topic = `topics-${randomUUID()}`;
    const log = await open(topic, 6);
    await log.close();
    await expect(open(topic, partitionCount)).rejects.toThrow(`${topic} has 6 partitions, but this installation has ${String(partitionCount)} (PARTITIONS)`);
  });

  it('are refused if commands would outlive their keys, as configured or as stored (P14)', async () => {
    const topic = `topics-${randomUUID()}`;
    await expect(open(topic, 1, { retentionMs: 6 * DAY_MS })).rejects.toThrow('keeps records for up to 604800000 ms');
    const log = await open(topic, 1, { retentionMs: 6 * DAY_MS, keyWindowMs: undefined });
    await log.close();
    await expect(open(topic, 1)).rejects.toThrow('keeps records for up to 604800000 ms');
  });

  it('wait for as many brokers as they want copies, and say so', async () => {
    const options = {
      connection,
      partitionCount: 1,
      replicationFactor: 3,
      topics: [{ topic: `topics-${randomUUID()}`, retentionMs: DAY_MS, segmentMs: DAY_MS }],
      startTimeoutMs: 1_000,
    };
    const waits: string[] = [];
    await expect(KafkaEventLog.open({ ...options, onWaiting: (line) => waits.push(line) })).rejects.toThrow('(KAFKA_REPLICATION_FACTOR)');
    expect(waits[0]).toContain('wants 3 copies (KAFKA_REPLICATION_FACTOR), but fewer brokers are up');
  });

  it('cannot be made without a broker: the message names the brokers', async () => {
    const nowhere = { brokers: ['127.0.0.1:1'], clientId: 'test', connectTimeoutMs: 200 };
    const options = { connection: nowhere, partitionCount: 1, replicationFactor: 1, topics: [{ topic: 'x', retentionMs: DAY_MS, segmentMs: DAY_MS }] };
    await expect(KafkaEventLog.open({ ...options, startTimeoutMs: 500 })).rejects.toThrow('Kafka could not be reached at 127.0.0.1:1 (KAFKA_BROKERS)');
  });
});
