import { Database } from '@agent-chat/database';
import { openStandaloneDatabase } from '@agent-chat/database/adapters/embedded';
import { type EventLog } from '@agent-chat/event-log';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { newId, partitionOf, SystemClock } from '@agent-chat/kernel';
import { serveTasks } from '@agent-chat/load';
import { type Projection, ProjectionRunner } from '@agent-chat/messaging';
import { QueryBus } from '@agent-chat/query-bus';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditProjection } from '../../../apps/analytics/src/infrastructure/audit.projection';
import { FiguresProjection } from '../../../apps/analytics/src/infrastructure/figures.projection';
import { ObservationsRepository } from '../../../apps/analytics/src/infrastructure/observations.repository';
import { ReadModule } from '../../../apps/chat/src/read.module';
import { tell } from './options';
import { cpuSecondsOfFamily, embeddedServerOf } from './process-usage';
import { readingPorts } from '../../support/reading-ports';

export interface ReplayPlan {
  readonly events: number;
  readonly rooms: number;
  readonly people: number;
  readonly days: number;
}

export interface ReplayFigures {
  readonly events: number;
  readonly seconds: number;
  /** Of this process. */
  readonly nodeSeconds: number;
  readonly postgresSeconds: number;
}

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

// Each event that is seeded counts in exactly one column.
const COUNTED = `SELECT coalesce(sum(messages + edits + reactions + joins), 0)::bigint AS events FROM figures_partitions WHERE unit = 'day'`;
// Hashed again, each entry over the one before it.
const CHAINED = `
SELECT count(*)::bigint AS events FROM (
  SELECT *, lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER (PARTITION BY chain ORDER BY link) AS before,
    row_number() OVER (PARTITION BY chain ORDER BY link) AS place
  FROM audit_entries
) entries
WHERE link = place AND hash = sha256(before || actor_digest || coalesce(subject_digest, '\\x00') || convert_to(concat_ws(e'\\n', chain, link, position, epoch, room_id,
  seq, type, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), 'UTF8'))`;

async function seed(database: Database, { events, rooms, people, days }: ReplayPlan): Promise<void> {
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

  @Module({ imports: [readingPorts(database, bus), ReadModule] })
  class BenchModule {}
  const app = await NestFactory.createApplicationContext(BenchModule, { logger: false, abortOnError: false });
  await app.init();
  return bus;
}

/** A database full of events, and what follows them. */
class Replay {
  private constructor(
    private readonly database: Database,
    private readonly log: EventLog,
    private readonly bus: QueryBus,
    private readonly serverPid: number,
  ) {}

  static async open(dataDir: string, plan: ReplayPlan): Promise<Replay> {
    const database = await openStandaloneDatabase({ dataDir, partitionCount: PARTITIONS, log: () => undefined });
    await seed(database, plan);
    const log = new InMemoryEventLog({ partitionCount: PARTITIONS, clock: new SystemClock() });
    return new Replay(database, log, await openBus(database), embeddedServerOf(dataDir).pid);
  }

  figures(): Promise<ReplayFigures> {
    return this.run(new FiguresProjection(this.database, new ObservationsRepository(this.database), new SystemClock()), COUNTED);
  }

  audit(): Promise<ReplayFigures> {
    return this.run(new AuditProjection(this.database), CHAINED);
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.database.close();
  }

  /** Builds it from the first event to the last. Rejects unless what it has built holds every event once. */
  private async run(projection: Projection, check: string): Promise<ReplayFigures> {
    const events = await this.count('SELECT sum(position)::bigint AS events FROM partition_progress');
    const runner = new ProjectionRunner({
      log: this.log,
      queries: this.bus,
      checkEveryMs: NEVER_MS,
      onError: (message, error) => tell(`${message}: ${String(error)}`),
    });
    const [cpu, server, startedMs] = [process.cpuUsage(), cpuSecondsOfFamily(this.serverPid), performance.now()];
    await runner.run(projection);
    await this.caughtUp(runner, projection.group, events);
    const seconds = (performance.now() - startedMs) / 1_000;
    const used = process.cpuUsage(cpu);
    const postgresSeconds = cpuSecondsOfFamily(this.serverPid) - server;
    await runner.stop();
    const held = await this.count(check);
    if (held !== events) throw new Error(`${projection.group} holds ${String(held)} of ${String(events)} events`);
    return { events, seconds, nodeSeconds: (used.user + used.system) / 1e6, postgresSeconds };
  }

  private async caughtUp(runner: ProjectionRunner, group: string, events: number): Promise<void> {
    const sql = `SELECT coalesce(sum(position), 0)::bigint AS events FROM consumer_positions WHERE consumer = '${group}'`;
    do await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
    while ((runner.lags().get(group) ?? 0) > 0 || (await this.count(sql)) !== events);
  }

  private async count(sql: string): Promise<number> {
    return (await this.database.directory().query<{ events: number }>(sql))[0]?.events ?? 0;
  }
}

let replay: Replay | undefined;

function current(): Replay {
  if (replay === undefined) throw new Error('Not open');
  return replay;
}

serveTasks({
  open: async ({ dataDir, plan }: { dataDir: string; plan: ReplayPlan }) => {
    replay = await Replay.open(dataDir, plan);
  },
  figures: () => current().figures(),
  audit: () => current().audit(),
  close: () => current().close(),
});
