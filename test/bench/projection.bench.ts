import { Database } from '@agent-chat/database';
import { openStandaloneDatabase } from '@agent-chat/database/adapters/embedded';
import { EventLog } from '@agent-chat/event-log';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { Clock, newId, partitionOf, SystemClock } from '@agent-chat/kernel';
import { type Projection, ProjectionRunner } from '@agent-chat/messaging';
import { QueryBus } from '@agent-chat/query-bus';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditProjection } from '../../apps/analytics/src/infrastructure/audit.projection';
import { FiguresProjection } from '../../apps/analytics/src/infrastructure/figures.projection';
import { ObservationsRepository } from '../../apps/analytics/src/infrastructure/observations.repository';
import { ReadModule } from '../../apps/chat/src/read.module';
import { type BenchOptions, numberOption, rounded, tell } from './load/options';
import { cpuSecondsOfFamily, embeddedServerOf } from './load/process-usage';

export const description =
  'a projection built again from the first event: events replayed a second, and a second of one core, its share of Postgres counted (events=200000 rooms=256 people=500 days=7)';

const PARTITIONS = 64;
const LOOK_EVERY_MS = 5;
const NEVER_MS = 3_600_000;

// As owners commit them: mostly messages, of many rooms and people, over some days. A partition's rooms take turns.
const SEED = `
INSERT INTO room_events (partition, position, room_id, seq, epoch, type, actor_id, payload, request_id, created_at)
SELECT partition, position, room_id, position, 1, ($6::text[])[1 + n % 10], ($4::uuid[])[1 + (n * 7919) % cardinality($4::uuid[])],
  CASE n % 10
    WHEN 9 THEN jsonb_build_object('userId', gen_random_uuid(), 'role', 'member')
    WHEN 7 THEN jsonb_build_object('messageId', gen_random_uuid(), 'emoji', '👍', 'count', 1)
    ELSE jsonb_build_object('messageId', gen_random_uuid(), 'clientMsgId', n::text, 'text', repeat('something that somebody wrote ', 3), 'mentions', '[]'::jsonb)
  END,
  gen_random_uuid(), now() - $5::float8 * interval '1 day' * (1 - position::float8 / $3)
FROM (
  SELECT room_id, partition, row_number() OVER by_partition AS place, count(*) OVER by_partition_all AS rooms_there
  FROM unnest($1::uuid[], $2::int[]) AS given (room_id, partition)
  WINDOW by_partition AS (PARTITION BY partition ORDER BY room_id), by_partition_all AS (PARTITION BY partition)
) rooms CROSS JOIN LATERAL (SELECT position, position * 64 + partition AS n FROM generate_series(place, $3::bigint, rooms_there) AS position) events`;
const TYPES = [...Array.from({ length: 7 }, () => 'message.posted'), ...['reaction.added', 'message.edited', 'member.joined']];
const PROGRESS = `
INSERT INTO partition_progress (partition, position) SELECT partition, max(position) FROM room_events GROUP BY partition
ON CONFLICT (partition) DO UPDATE SET position = excluded.position`;

interface Plan {
  readonly events: number;
  readonly rooms: number;
  readonly people: number;
  readonly days: number;
}

async function seed(database: Database, { events, rooms, people, days }: Plan): Promise<void> {
  const shard = database.shard(0);
  const roomIds = Array.from({ length: rooms }, () => newId<string>());
  const partitions = roomIds.map((roomId) => partitionOf(roomId, PARTITIONS));
  const perPartition = Math.ceil(events / new Set(partitions).size);
  await shard.query(SEED, [roomIds, partitions, perPartition, Array.from({ length: people }, () => newId()), days, TYPES]);
  await shard.query(PROGRESS);
  await shard.query('ANALYZE');
}

/** The chat service's answers over the database, as in a standalone: through JSON and the schemas. */
async function openBus(database: Database): Promise<InMemoryQueryBus> {
  const bus = new InMemoryQueryBus();

  @Global()
  @Module({
    providers: [
      { provide: Database, useValue: database },
      { provide: QueryBus, useValue: bus },
    ],
    exports: [Database, QueryBus],
  })
  class PortsModule {}

  @Module({ imports: [PortsModule, ReadModule] })
  class BenchModule {}
  const app = await NestFactory.createApplicationContext(BenchModule, { logger: false });
  await app.init();
  return bus;
}

interface Measured {
  readonly events: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly nodeSeconds: number;
}

async function replay(database: Database, log: EventLog, bus: QueryBus, projection: Projection, serverPid: number): Promise<Measured> {
  const [row] = await database.shard(0).query<{ events: number }>('SELECT sum(position)::bigint AS events FROM partition_progress');
  const events = row?.events ?? 0;
  const handled = async (): Promise<number> => {
    const sql = 'SELECT coalesce(sum(position), 0)::bigint AS events FROM consumer_positions WHERE consumer = $1';
    return (await database.directory().query<{ events: number }>(sql, [projection.group]))[0]?.events ?? 0;
  };
  const runner = new ProjectionRunner({ log, queries: bus, checkEveryMs: NEVER_MS, onError: (message, error) => tell(`${message}: ${String(error)}`) });
  const [cpu, server, startedMs] = [process.cpuUsage(), cpuSecondsOfFamily(serverPid), performance.now()];
  await runner.run(projection);
  for (const lag = (): number => runner.lags().get(projection.group) ?? 0; ;) {
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
    if (lag() === 0 && (await handled()) === events) break;
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  const used = process.cpuUsage(cpu);
  const nodeSeconds = (used.user + used.system) / 1e6;
  const cpuSeconds = nodeSeconds + cpuSecondsOfFamily(serverPid) - server;
  await runner.stop();
  return { events, seconds, cpuSeconds, nodeSeconds };
}

function rowOf(projection: string, { events, seconds, cpuSeconds, nodeSeconds }: Measured): Record<string, number | string> {
  return {
    projection,
    events,
    'events/s': Math.round(events / seconds),
    'events/s a core': Math.round(events / cpuSeconds),
    'us/event in Node': rounded((nodeSeconds * 1e6) / events),
    'us/event in Postgres': rounded(((cpuSeconds - nodeSeconds) * 1e6) / events),
  };
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number>; rows: object[] }> {
  const number = (name: string, fallback: number): number => numberOption(options, name, fallback);
  const plan: Plan = { events: number('events', 200_000), rooms: number('rooms', 256), people: number('people', 500), days: number('days', 7) };
  const clock: Clock = new SystemClock();
  const dataDir = mkdtempSync(join(tmpdir(), 'agent-chat-bench-'));
  const database = await openStandaloneDatabase({ dataDir, partitionCount: PARTITIONS, log: () => undefined });
  const log = new InMemoryEventLog({ partitionCount: PARTITIONS, clock });
  try {
    await seed(database, plan);
    const { pid } = embeddedServerOf(dataDir);
    const bus = await openBus(database);
    const projections = [new FiguresProjection(database, new ObservationsRepository(database), clock), new AuditProjection(database)];
    const measured: Measured[] = [];
    for (const projection of projections) measured.push(await replay(database, log, bus, projection, pid));
    const [figures] = measured;
    const eventsPerSecondACore = figures === undefined ? 0 : Math.round(figures.events / figures.cpuSeconds);
    return { figures: { eventsPerSecondACore, target: 20_000 }, rows: measured.map((each, index) => rowOf(projections[index]?.group ?? '', each)) };
  } finally {
    await log.close();
    await database.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
