import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { COMMANDS_TOPIC, encodeCommand, type Command, type CommandAnswer } from '@agent-chat/contracts';
import { openStandaloneDatabase } from '@agent-chat/database/adapters/embedded';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { newId, SystemClock, type GatewayId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { ChatOwner } from '../../apps/chat/src/application/write/chat-owner';
import { LimitCommitter, type LimitPost, SCHEMA } from './limit/limit-rows';
import { rounded } from './load/options';
import { cpuSecondsOfFamily, embeddedServerOf } from './load/process-usage';

export const description =
  'commands through one owner into Postgres, without gateways: commits a second at a given number in flight, beside bare group commit of the same rows';

const ROOMS = 200;
const POSTS = 30_000;
const IN_FLIGHT = [1, 50, 500];
const TEXT = 'of a benchmark that measures how much one owner writes';

/** Stores one post; resolves when it is durable. */
type Send = (roomId: string, text: string) => Promise<void>;

interface Place {
  readonly send: Send;
  readonly rooms: readonly string[];
  readonly postgresPid: number;
}

type Row = Record<string, number | string>;

async function measure(what: string, { send, rooms, postgresPid }: Place, inFlight: number): Promise<Row> {
  const posts = inFlight === 1 ? POSTS / 30 : POSTS;
  const cpu = process.cpuUsage();
  const postgresSeconds = cpuSecondsOfFamily(postgresPid);
  const startedMs = performance.now();
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < posts) {
      sent += 1;
      await send(rooms[sent % ROOMS]!, `message ${String(sent)} ${TEXT}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const elapsedMs = performance.now() - startedMs;
  const used = process.cpuUsage(cpu);
  return {
    what,
    'in flight': inFlight,
    'posts/s': Math.round((posts / elapsedMs) * 1_000),
    'us/post here': rounded((used.user + used.system) / posts),
    'postgres us/post': rounded(((cpuSecondsOfFamily(postgresPid) - postgresSeconds) * 1e6) / posts),
  };
}

async function measureOwner(database: Awaited<ReturnType<typeof openStandaloneDatabase>>, postgresPid: number): Promise<Row[]> {
  const clock = new SystemClock();
  const log = new InMemoryEventLog({ partitionCount: 64, clock });
  const backplane = new InMemoryBackplane();
  const gatewayId = newId<GatewayId>();
  const waiting = new Map<string, () => void>();
  await backplane.listen(gatewayId, (channel, message) => {
    if (channel !== 'answers') return;
    for (const answer of JSON.parse(message) as CommandAnswer[]) {
      if (!answer.ok) throw new Error(answer.error.message);
      waiting.get(answer.requestId)?.();
      waiting.delete(answer.requestId);
    }
  });
  const owner = new ChatOwner({ log, backplane, database, clock, name: newId() });
  await owner.start();
  const actorId = newId<UserId>();
  const command = (roomId: string, type: Command['type'], data: object): Promise<void> =>
    new Promise((resolve, reject) => {
      const requestId = newId();
      waiting.set(requestId, resolve);
      log.append(COMMANDS_TOPIC, [encodeCommand({ type, roomId, actorId, key: newId(), requestId, gatewayId, data } as unknown as Command)]).catch(reject);
    });
  const rooms = Array.from({ length: ROOMS }, () => newId<RoomId>());
  await Promise.all(rooms.map((roomId) => command(roomId, 'room.create', { kind: 'private', name: 'bench', topic: '', memberIds: [] })));
  const send: Send = (roomId, text) => command(roomId, 'message.post', { messageId: newId<MessageId>(), text });
  const rows: Row[] = [];
  for (const inFlight of IN_FLIGHT) rows.push(await measure('owner', { send, rooms, postgresPid }, inFlight));
  await owner.stop();
  await log.close();
  await backplane.close();
  return rows;
}

async function measureBare(connectionString: string, postgresPid: number): Promise<Row[]> {
  const pool = new Pool({ connectionString, max: 1 });
  await pool.query(SCHEMA);
  const committer = new LimitCommitter<LimitPost & { readonly stored: () => void }>(pool, (outcomes) => {
    for (const { post } of outcomes) post.stored();
  });
  const userId = newId<UserId>();
  const send: Send = (roomId, text) =>
    new Promise((stored) => {
      committer.add({ roomId, userId, clientMsgId: newId(), text, stored });
    });
  const rooms = Array.from({ length: ROOMS }, () => newId<RoomId>());
  const rows: Row[] = [];
  for (const inFlight of IN_FLIGHT) rows.push(await measure('bare pg', { send, rooms, postgresPid }, inFlight));
  await pool.end();
  return rows;
}

export async function run(): Promise<{ figures: Record<string, number>; rows: Row[] }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'agent-chat-bench-'));
  const database = await openStandaloneDatabase({ dataDir, partitionCount: 64, log: () => undefined });
  const postgres = embeddedServerOf(dataDir);
  try {
    const rows = [...(await measureOwner(database, postgres.pid)), ...(await measureBare(`${postgres.url}/postgres`, postgres.pid))];
    const figures = rows.map((row) => [`${String(row['what'])}, ${String(row['in flight'])} in flight, posts/s`, Number(row['posts/s'])] as const);
    return { figures: Object.fromEntries(figures), rows };
  } finally {
    await database.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
