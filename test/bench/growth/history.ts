import { openStandaloneDatabase } from '@agent-chat/database/adapters/embedded';
import { type Database, type PhysicalDatabase } from '@agent-chat/database';
import { newId, partitionOf, type RoomId, type UserId } from '@agent-chat/kernel';
import { Latencies } from '@agent-chat/load';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventReader } from '../../../apps/chat/src/infrastructure/read/event.reader';
import { type HistoryPoint } from '../../../scripts/capacity/growth-record';
import { openHistory } from '../../support/history-pages';
import { type Extent } from './dimensions';
import { rounded, tell } from '../load/options';
import { cpuSecondsOfFamily, embeddedServerOf } from '../load/process-usage';

const LENGTHS = [1_000, 10_000, 100_000, 1_000_000];
const LONGEST = 10_000_000;
const ROWS_A_STATEMENT = 250_000;
const PAGE = 50;
const EVENTS = 100;
const READS = 200;
const PARTITIONS = 64;

// Ids that grow with time, as those of the services do, and a text of ordinary length.
const ID = `(lpad(to_hex(1735689600000 + s * 1000), 12, '0') || '7' || substr(md5(s::text), 1, 3) || '8' || substr(md5(s::text), 4, 15))::uuid`;
const TEXT = `'message ' || s || ' of a long history, as people write them to each other all day long, give or take a few words'`;
const AT = `'2025-01-01'::timestamptz + s * interval '1 second'`;

const MESSAGES = `
INSERT INTO messages (room_id, seq, message_id, posted_no, author_id, client_msg_id, text, text_seq, mentions, created_at, changed_seq)
SELECT $1, s, ${ID}, s, $2, s::text, ${TEXT}, s, '{}', ${AT}, s FROM generate_series($3::bigint, $4::bigint) AS s`;

const LOGGED = `
INSERT INTO room_events (partition, position, room_id, seq, epoch, type, actor_id, payload, request_id, created_at)
SELECT $5, s, $1, s, 1, 'message.posted', $2, jsonb_build_object('messageId', ${ID}, 'clientMsgId', s::text, 'text', ${TEXT}, 'mentions', '[]'::jsonb), ${ID}, ${AT}
FROM generate_series($3::bigint, $4::bigint) AS s`;

/** One room whose history grows, in a database of its own, read by what the chat service reads with. */
class GrowingHistory {
  private readonly roomId = newId<RoomId>();
  private readonly userId = newId<UserId>();
  private readonly partition = partitionOf(this.roomId, PARTITIONS);
  private rows = 0;

  constructor(
    private readonly database: Database,
    private readonly serverPid: number,
  ) {}

  async begin(): Promise<void> {
    const { roomId, userId, partition, shard } = this;
    await shard.query(
      `INSERT INTO rooms (room_id, partition, kind, name, topic, last_seq, member_count, created_at, updated_at, active_at) VALUES ($1, $2, 'private', 'long', '', 0, 1, now(), now(), now())`,
      [roomId, partition],
    );
    await shard.query(`INSERT INTO members (room_id, user_id, role, joined_at) VALUES ($1, $2, 'owner', now())`, [roomId, userId]);
    await shard.query('INSERT INTO partition_progress (partition) VALUES ($1) ON CONFLICT DO NOTHING', [partition]);
  }

  async growTo(length: number): Promise<void> {
    const { roomId, userId, partition, shard } = this;
    while (this.rows < length) {
      const [from, to] = [this.rows + 1, Math.min(length, this.rows + ROWS_A_STATEMENT)];
      await shard.query(MESSAGES, [roomId, userId, from, to]);
      await shard.query(LOGGED, [roomId, userId, from, to, partition]);
      this.rows = to;
    }
    await shard.query('UPDATE rooms SET last_seq = $2, posted_count = $2 WHERE room_id = $1', [roomId, length]);
    await shard.query('VACUUM ANALYZE messages, room_events');
  }

  async measure(): Promise<HistoryPoint> {
    // Without messages in memory: the rows are what grows.
    const history = openHistory(this.database, 0);
    const events = new EventReader(this.database);
    const { rows, roomId, userId } = this;
    const page = (before: number) => () => history({ roomId, userId, before, limit: PAGE });
    const log = (after: number) => () => events.events({ roomId, userId, after: `1.${String(after)}`, limit: EVENTS, maxBytes: 1_000_000 });
    const cpu = cpuSecondsOfFamily(this.serverPid);
    // Places a little apart, or the same page would be read again and again.
    const near =
      (place: number): ((index: number) => number) =>
      (index) =>
        Math.max(1, Math.min(rows, place - index * 3));
    const newest = await medianOf((index) => page(near(rows + 1)(index))());
    const middle = await medianOf((index) => page(near(rows / 2)(index))());
    const oldest = await medianOf((index) => page(Math.min(rows, PAGE + 1 + index))());
    const logged = await medianOf((index) => log(near(Math.floor(rows / 2))(index))());
    const micros = ((cpuSecondsOfFamily(this.serverPid) - cpu) * 1e6) / (4 * READS);
    return { rows, pageMs: { newest, middle, oldest, events: logged }, postgresMicros: rounded(micros), bytesARow: await this.sizes() };
  }

  private get shard(): PhysicalDatabase {
    return this.database.writer(this.partition);
  }

  private async sizes(): Promise<HistoryPoint['bytesARow']> {
    const [row] = await this.shard.query<{ tables: number; indexes: number }>(
      `SELECT sum(pg_table_size(c.oid))::float8 AS tables, sum(pg_indexes_size(c.oid))::float8 AS indexes FROM pg_class c WHERE c.relname IN ('messages', 'room_events_default')`,
    );
    return { table: Math.round((row?.tables ?? 0) / this.rows), indexes: Math.round((row?.indexes ?? 0) / this.rows) };
  }
}

async function medianOf(read: (index: number) => Promise<unknown>): Promise<number> {
  const latencies = Latencies.empty();
  for (let index = 0; index < READS; index++) {
    const startedMs = performance.now();
    await read(index);
    latencies.add(performance.now() - startedMs);
  }
  return rounded(latencies.at(0.5), 2);
}

/** Rows are generated in the database itself. */
export async function growHistory({ isLong, first }: Extent): Promise<HistoryPoint[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'agent-chat-growth-'));
  // As root the database server runs as another user, who has to pass through.
  chmodSync(dataDir, 0o755);
  const database = await openStandaloneDatabase({ dataDir, partitionCount: PARTITIONS, log: () => undefined });
  try {
    const growing = new GrowingHistory(database, embeddedServerOf(dataDir).pid);
    await growing.begin();
    const points: HistoryPoint[] = [];
    for (const length of (isLong ? [...LENGTHS, LONGEST] : LENGTHS).slice(0, first)) {
      tell(`  a history of ${String(length)}`);
      await growing.growTo(length);
      points.push(await growing.measure());
    }
    return points;
  } finally {
    await database.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
