import { setImmediate as nextRound } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { KafkaEventLog } from '@agent-chat/event-log/adapters/kafka';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { type EventLog, type LogRecord } from '@agent-chat/event-log';
import { SystemClock } from '@agent-chat/kernel';
import { startTestServers } from '@agent-chat/testing';
import { BareKafka } from './limit/bare-kafka';
import { type BenchOptions, numberOption, rounded } from './load/options';

export const description =
  'the event log: append to one consumer, as fast as it goes; on Kafka beside kafkajs itself with everything that waits in one request (log=memory|kafka brokers=<own> records=200000 bytes=300 batch=1 partitions=64 rooms=1000)';

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

function planFrom(options: BenchOptions): Plan {
  return {
    records: numberOption(options, 'records', 200_000),
    bytes: numberOption(options, 'bytes', 300),
    batch: numberOption(options, 'batch', 1),
    partitions: numberOption(options, 'partitions', 64),
    rooms: numberOption(options, 'rooms', 1_000),
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

function openMemory({ partitions }: Plan): OpenLog {
  const log = new InMemoryEventLog({ partitionCount: partitions, clock: new SystemClock() });
  return { log, topic: 'bench', close: () => log.close() };
}

async function openKafka({ partitions }: Plan, brokers: string): Promise<OpenLog> {
  const topic = `bench-${randomUUID()}`;
  const topics = [{ topic, retentionMs: DAY_MS, segmentMs: DAY_MS }];
  const connection = { brokers: brokers.split(','), clientId: 'bench' };
  const log = await KafkaEventLog.open({ connection, partitionCount: partitions, topics, replicationFactor: 1 });
  return { log, topic, close: () => log.close() };
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

/** What was seen by a consumer, and how often it was called. */
interface Seen {
  records: number;
  batches: number;
}

/** Of this process, from the first append until the consumer has seen everything. */
async function figuresOf(total: number, seen: Readonly<Seen>, append: () => Promise<void>): Promise<Record<string, number>> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await append();
  while (seen.records < total) await nextRound();
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    recordsPerSecond: Math.round(total / seconds),
    cpuMicrosARecord: rounded((user + system) / total, 2),
    recordsABatch: rounded(seen.records / seen.batches),
  };
}

async function measure(opened: OpenLog, { batch }: Plan, records: readonly LogRecord[]): Promise<Record<string, number>> {
  const seen = { records: 0, batches: 0 };
  await opened.log.subscribe({
    topic: opened.topic,
    group: 'chat',
    startAt: 'beginning',
    commit: 'auto',
    onBatch: (delivered) => {
      seen.records += delivered.records.length;
      seen.batches += 1;
      return Promise.resolve();
    },
  });
  const figures = await figuresOf(records.length, seen, () => appendAll(opened, records, batch));
  await opened.close();
  return figures;
}

/** As many records under way as our log had. */
async function measureBare({ partitions }: Plan, records: readonly LogRecord[], brokers: string): Promise<Record<string, number>> {
  const topic = `bare-${randomUUID()}`;
  const bare = await BareKafka.open(brokers, [topic], partitions);
  const seen = { records: 0, batches: 0 };
  await bare.consume(topic, (_, values) => {
    seen.records += values.length;
    seen.batches += 1;
  });
  const figures = await figuresOf(records.length, seen, async () => {
    for (let start = 0; start < records.length; start += APPENDS_PER_ROUND) {
      const round = records.slice(start, start + APPENDS_PER_ROUND);
      await bare.append(
        topic,
        round.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
      );
      await nextRound();
    }
  });
  await bare.close();
  return figures;
}

/** On the brokers that are named, else on one that this starts: it shares the machine with what is measured. */
async function onKafka(plan: Plan, named: string | undefined): Promise<{ figures: Record<string, number>; rows: object[] }> {
  const own = named === undefined ? await startTestServers('kafka') : undefined;
  const brokers = named ?? own?.settings['KAFKA_BROKERS'] ?? '';
  const records = recordsOf(plan);
  try {
    const figures = await measure(await openKafka(plan, brokers), plan, records);
    const bare = await measureBare(plan, records, brokers);
    const rows = [
      { log: 'event log on Kafka', ...figures },
      { log: 'bare kafkajs', ...bare },
    ];
    return { figures: { ...figures, bareRecordsPerSecond: bare['recordsPerSecond'] ?? 0, bareCpuMicrosARecord: bare['cpuMicrosARecord'] ?? 0 }, rows };
  } finally {
    await own?.stop();
  }
}

/** Appends everything and waits until the consumer has seen it. */
export async function run(options: BenchOptions): Promise<Record<string, number> | { figures: Record<string, number>; rows: object[] }> {
  const plan = planFrom(options);
  if (options['log'] === 'kafka') return onKafka(plan, options['brokers']);
  return measure(openMemory(plan), plan, recordsOf(plan));
}
