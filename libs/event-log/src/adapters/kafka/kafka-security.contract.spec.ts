import { loadConfig } from '@agent-chat/config';
import { startTestServers, type TestServers } from '@agent-chat/testing';
import { KafkaEventLog } from './kafka-event-log';

const HOUR_MS = 3_600_000;

describe('KafkaEventLog and brokers that want TLS and a log-in', () => {
  let kafka: TestServers;

  beforeAll(async () => {
    kafka = await startTestServers('kafka', { secured: true });
  }, 120_000);

  afterAll(() => kafka.stop());

  const open = async (settings: Record<string, string>): Promise<KafkaEventLog> => {
    const { connection } = loadConfig({ ...kafka.settings, ...settings }).kafka!;
    const topics = [{ topic: 'secured', retentionMs: HOUR_MS, segmentMs: HOUR_MS }];
    return KafkaEventLog.open({ connection: { ...connection, clientId: 'test' }, partitionCount: 4, replicationFactor: 1, topics, startTimeoutMs: 3_000 });
  };

  it.each(['scram-sha-512', 'plain'])('appends, reads and consumes as the settings say, logged in by %s', async (mechanism) => {
    const log = await open({ KAFKA_SASL_MECHANISM: mechanism });
    const [position] = await log.append('secured', [{ key: 'k', value: `"${mechanism}"`, headers: {} }]);
    await expect(log.read('secured', position!.partition, position!.offset, 1)).resolves.toMatchObject({ records: [{ value: `"${mechanism}"` }] });
    const seen = await new Promise<string[]>((resolve, reject) => {
      log
        .subscribe({
          ...{ topic: 'secured', group: mechanism, startAt: 'beginning', commit: 'auto' },
          onBatch: async ({ records }) => resolve(records.map(({ value }) => value)),
        })
        .catch(reject);
    });
    expect(seen.at(-1)).toBe(`"${mechanism}"`);
    await log.close();
  });

  it('says why it does not come up with a wrong password', async () => {
    await expect(open({ KAFKA_PASSWORD: 'wrong' })).rejects.toThrow(/refuses the log-in \(.*invalid credentials.*KAFKA_PASSWORD/);
  });
});
