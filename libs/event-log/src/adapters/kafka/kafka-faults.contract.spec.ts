import { keysApart, series, valuesOf } from '@agent-chat/event-log/testing';
import { eventually, startTestServers, type TestServers } from '@agent-chat/testing';
import { type StoredRecord } from '../../event-log.port';
import { type KafkaEventLog } from './kafka-event-log';
import { AppendLedger } from './testing/append-ledger';
import { deleteTopic, openTestLog } from './testing/open-test-log';

const TOPIC = 'faults';
const PATIENCE = { timeoutMs: 30_000 };

describe.each([1, 3])('KafkaEventLog on %i brokers of its own', (nodes) => {
  let kafka: TestServers;
  let log: KafkaEventLog;
  let ledger: AppendLedger;
  let topic: string;
  let topics = 0;
  let newTopic: (topic: string) => Promise<string>;

  beforeAll(async () => {
    kafka = await startTestServers('kafka', { nodes });
  }, 120_000);

  afterAll(() => kafka.stop());

  beforeEach(async () => {
    const brokers = kafka.settings['KAFKA_BROKERS']!.split(',');
    const limits = { replicationFactor: nodes, appendTimeoutMs: 3_000, requestDeadlineMs: 2_000 };
    ({ log, newTopic } = await openTestLog({ connection: { brokers, clientId: 'test', requestTimeoutMs: 500 }, ...limits }));
    topic = await newTopic(`${TOPIC}-${String((topics += 1))}`);
    ledger = new AppendLedger(
      log,
      topic,
      keysApart(8, log.partitionCount).map(({ key }) => key),
    );
  });

  afterEach(() => log.close());

  const storedAnew = async (): Promise<void> => {
    const before = ledger.entries.length;
    await eventually(() => {
      expect(ledger.entries.slice(before).filter(({ outcome }) => outcome === 'stored').length).toBeGreaterThan(50);
    }, PATIENCE);
  };

  const refused = (): Promise<void> =>
    eventually(() => {
      expect(ledger.count('LOG_UNAVAILABLE')).toBeGreaterThan(0);
    }, PATIENCE);

  it('keeps its word about every append while a broker is killed and comes back, and delivers all of it in order', async () => {
    const seen: StoredRecord[] = [];
    await log.subscribe({
      topic,
      group: 'g',
      startAt: 'beginning',
      commit: 'auto',
      onBatch: ({ records }) => {
        seen.push(...records);
        return Promise.resolve();
      },
    });
    const running = ledger.run();
    await storedAnew();
    await kafka.servers[0]!.kill();
    // Alone, the broker is missed by everyone. Of three, the others take over.
    await (nodes === 1 ? refused() : storedAnew());
    await kafka.servers[0]!.restart();
    await storedAnew();
    ledger.stop();
    await running;
    await expect(ledger.contradictions()).resolves.toEqual([]);
    const stored = ledger.entries.filter(({ outcome }) => outcome === 'stored');
    await eventually(() => {
      const known = new Set(seen.map(({ key, value }) => `${key}/${value}`));
      expect(stored.filter(({ key, value }) => !known.has(`${key}/${String(value)}`))).toEqual([]);
    }, PATIENCE);
  }, 120_000);

  it('tells what a broker that stands still may have written from what it cannot have, and lets nothing overtake', async () => {
    const running = ledger.run();
    await storedAnew();
    for (const server of kafka.servers) await server.pause();
    await eventually(() => {
      expect(ledger.count('LOG_UNCERTAIN')).toBeGreaterThan(0);
      expect(ledger.count('LOG_UNAVAILABLE')).toBeGreaterThan(0);
    }, PATIENCE);
    for (const server of kafka.servers) await server.resume();
    await storedAnew();
    ledger.stop();
    await running;
    await expect(ledger.contradictions()).resolves.toEqual([]);
    expect(Math.max(...ledger.entries.map(({ tookMs }) => tookMs))).toBeLessThan(4_500);
  }, 120_000);

  it('keeps members and their partitions through a pause of the brokers', async () => {
    const revoked: number[] = [];
    const seen: StoredRecord[] = [];
    const consumption = await log.subscribe({
      topic,
      group: 'g',
      startAt: 'beginning',
      commit: 'manual',
      onRevoked: (partitions) => {
        revoked.push(...partitions);
        return Promise.resolve();
      },
      onBatch: ({ records }) => {
        seen.push(...records);
        return Promise.resolve();
      },
    });
    const [first] = await log.append(topic, series('room', 3));
    await eventually(() => {
      expect(seen).toHaveLength(3);
    }, PATIENCE);
    for (const server of kafka.servers) await server.pause();
    await expect(consumption.commit(first!.partition, 1)).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    for (const server of kafka.servers) await server.resume();
    await eventually(() => consumption.commit(first!.partition, first!.offset + 2), PATIENCE);
    await expect(consumption.committed(first!.partition)).resolves.toBe(first!.offset + 2);
    await eventually(() => log.append(topic, series('room', 1)), PATIENCE);
    await eventually(() => {
      expect(valuesOf(seen)).toEqual([0, 1, 2, 0]);
    }, PATIENCE);
    expect(consumption.assigned()).toHaveLength(log.partitionCount);
    expect(revoked).toEqual([]);
  }, 120_000);

  it('goes on from the first record when the topic was made anew and is shorter', async () => {
    const seen: StoredRecord[] = [];
    const consumption = await log.subscribe({
      topic,
      group: 'g',
      startAt: 'beginning',
      commit: 'auto',
      onBatch: ({ records }) => {
        seen.push(...records);
        return Promise.resolve();
      },
    });
    await log.append(topic, series('room', 20));
    await eventually(() => {
      expect(seen).toHaveLength(20);
    }, PATIENCE);
    await deleteTopic(kafka.settings['KAFKA_BROKERS']!.split(','), topic);
    await eventually(async () => {
      // A broker that hasn't heard of the removal yet may say that the topic is there.
      await newTopic(topic);
      await log.append(topic, [{ key: 'room', value: '"anew"', headers: {} }]);
    }, PATIENCE);
    await eventually(() => {
      expect(valuesOf(seen).at(-1)).toBe('anew');
    }, PATIENCE);
    const { partition } = seen.at(-1)!;
    await eventually(async () => {
      await expect(consumption.committed(partition)).resolves.toBe(1);
    }, PATIENCE);
  }, 120_000);
});
