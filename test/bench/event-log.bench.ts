import { setImmediate as nextRound } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { KafkaEventLog } from '@agent-chat/event-log/adapters/kafka';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { type EventLog, type LogRecord } from '@agent-chat/event-log';
import { SystemClock } from '@agent-chat/kernel';
import { startTestServers } from '@agent-chat/testing';

export const description =
  'the event log: append to one consumer, as fast as it goes (log=memory|kafka brokers=<own> records=200000 bytes=300 batch=1 partitions=64 rooms=1000)';

const DAY_MS = 86_400_000;
/** How many appends run before the consumer gets a turn, as gateways and their owner share one event loop. */
const APPENDS_PER_ROUND = 100;

interface Plan {
  readonly records: number;
  readonly bytes: number;
  readonly batch: number;
  readonly partitions: number;
  readonly rooms: number;
}

function planFrom(options: Readonly<Record<string, string>>): Plan {
  const number = (name: string, fallback: number): number => Number(options[name] ?? fallback);
  return {
    records: number('records', 200_000),
    bytes: number('bytes', 300),
    batch: number('batch', 1),
    partitions: number('partitions', 64),
    rooms: number('rooms', 1_000),
  };
}

function recordsOf({ records, bytes, rooms }: Plan): LogRecord[] {
  const value = 'x'.repeat(bytes);
  const headers = {
    type: 'message.post',
    version: '1',
    requestId: '0190b5a0-0000-7000-8000-000000000000',
    actorId: '0190b5a0-0000-7000-8000-000000000001',
    key: 'k',
    gateway: 'g',
  };
  return Array.from({ length: records }, (_, index) => ({ key: `room-${String(index % rooms)}`, value, headers }));
}

interface OpenLog {
  readonly log: EventLog;
  readonly topic: string;
  readonly close: () => Promise<void>;
}

async function openMemory({ partitions }: Plan): Promise<OpenLog> {
  const log = new InMemoryEventLog({ partitionCount: partitions, clock: new SystemClock() });
  return { log, topic: 'bench', close: () => log.close() };
}

/** On the brokers that are named, else on one that this starts: it shares the machine with what is measured. */
async function openKafka({ partitions }: Plan, named: string | undefined): Promise<OpenLog> {
  const own = named === undefined ? await startTestServers('kafka') : undefined;
  const brokers = (named ?? own?.settings['KAFKA_BROKERS'] ?? '').split(',');
  const topic = `bench-${randomUUID()}`;
  const topics = [{ topic, retentionMs: DAY_MS, segmentMs: DAY_MS }];
  const log = await KafkaEventLog.open({ connection: { brokers, clientId: 'bench' }, partitionCount: partitions, topics, replicationFactor: 1 });
  const close = async (): Promise<void> => {
    await log.close();
    await own?.stop();
  };
  return { log, topic, close };
}

async function appendAll({ log, topic }: OpenLog, records: readonly LogRecord[], batch: number): Promise<void> {
  let pending: Promise<unknown>[] = [];
  for (let start = 0; start < records.length; start += batch) {
    pending.push(log.append(topic, records.slice(start, start + batch)));
    if (pending.length < APPENDS_PER_ROUND) continue;
    await Promise.all(pending);
    await nextRound();
    pending = [];
  }
  await Promise.all(pending);
}

/** Appends everything and waits until the consumer has seen it. */
export async function run(options: Readonly<Record<string, string>>): Promise<Record<string, number>> {
  const plan = planFrom(options);
  const records = recordsOf(plan);
  const opened = await (options['log'] === 'kafka' ? openKafka(plan, options['brokers']) : openMemory(plan));
  let seen = 0;
  let batches = 0;
  await opened.log.subscribe({
    topic: opened.topic,
    group: 'chat',
    startAt: 'beginning',
    commit: 'auto',
    onBatch: (batch) => {
      seen += batch.records.length;
      batches += 1;
      return Promise.resolve();
    },
  });
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await appendAll(opened, records, plan.batch);
  while (seen < records.length) await nextRound();
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await opened.close();
  return {
    recordsPerSecond: Math.round(records.length / seconds),
    cpuMicrosARecord: Math.round(((user + system) / records.length) * 100) / 100,
    recordsABatch: Math.round((seen / batches) * 10) / 10,
  };
}
