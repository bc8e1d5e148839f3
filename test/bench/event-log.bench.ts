import { setImmediate as nextRound } from 'node:timers/promises';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { type LogRecord } from '@agent-chat/event-log';
import { SystemClock } from '@agent-chat/kernel';

export const description = 'the in-memory event log: append to one consumer, as fast as it goes (records=200000 bytes=300 batch=1 partitions=64 rooms=1000)';

const TOPIC = 'chat.commands.v1';
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

async function appendAll(log: InMemoryEventLog, records: readonly LogRecord[], batch: number): Promise<void> {
  let pending: Promise<unknown>[] = [];
  for (let start = 0; start < records.length; start += batch) {
    pending.push(log.append(TOPIC, records.slice(start, start + batch)));
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
  const log = new InMemoryEventLog({ partitionCount: plan.partitions, clock: new SystemClock() });
  let seen = 0;
  let batches = 0;
  await log.subscribe({
    topic: TOPIC,
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
  await appendAll(log, records, plan.batch);
  while (seen < records.length) await nextRound();
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await log.close();
  return {
    recordsPerSecond: Math.round(records.length / seconds),
    cpuMicrosARecord: Math.round(((user + system) / records.length) * 100) / 100,
    recordsABatch: Math.round((seen / batches) * 10) / 10,
  };
}
