import { openPostgresDatabase, type PostgresDatabase } from '@agent-chat/database/adapters/postgres';
import { type UserId } from '@agent-chat/kernel';
import { eventually, startTestServers, type TestServer, type TestServers } from '@agent-chat/testing';
import { Client } from 'pg';
import { type AskHistory, openHistory } from '../../support/history-pages';
import { SeededRoom } from '../../support/seeded-room';

const urlOf = ({ port }: TestServer): string => `postgres://postgres:postgres@127.0.0.1:${String(port)}/postgres`;

async function tell(server: TestServer, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: urlOf(server) });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('reading from a replica', () => {
  let servers: TestServers;
  let primary: TestServer;
  let standby: TestServer;
  let database: PostgresDatabase;
  let history: AskHistory;
  let room: SeededRoom;
  /** Which server was asked, in order. */
  let asked: string[];

  jest.setTimeout(90_000);

  beforeEach(async () => {
    servers = await startTestServers('postgres', { standbys: 1, parameters: { fsync: 'off' } });
    [primary, standby] = servers.servers as [TestServer, TestServer];
    asked = [];
    database = await openPostgresDatabase({
      url: urlOf(primary),
      replicaUrls: { main: [urlOf(standby)] },
      partitionCount: 8,
      observer: ({ database: name }) => asked.push(name),
      log: () => undefined,
    });
    history = openHistory(database, 0);
    room = await SeededRoom.create(database, { kind: 'private' });
    await room.post(room.owner, 'one');
    await caughtUp();
  });
  afterEach(async () => {
    await database.close();
    await standby.resume();
    await servers.stop();
  });

  const read = async (atLeast?: string, userId: UserId = room.owner): Promise<{ texts: string[]; from: string[] }> => {
    asked = [];
    const page = await history({ roomId: room.roomId, userId, limit: 10, atLeast });
    return { texts: page.items.map(({ text }) => String(text)), from: asked };
  };
  const caughtUp = (): Promise<void> =>
    eventually(async () => {
      expect(await tell(standby, `SELECT last_seq::int AS head FROM rooms WHERE room_id = '${room.roomId}'`)).toEqual([{ head: room.head }]);
    });
  const stopReplay = (): Promise<unknown> => tell(standby, 'SELECT pg_wal_replay_pause()');

  it('is done where the caller says what it has seen, and only there', async () => {
    expect(await read('1.3')).toEqual({ texts: ['one'], from: ['main/replica-1'] });
    expect(await read()).toEqual({ texts: ['one'], from: ['main'] });
  });

  it('never shows less than the caller has seen: the primary answers for a replica that is behind', async () => {
    await stopReplay();
    await room.post(room.owner, 'two');
    expect(await read('1.3')).toEqual({ texts: ['one'], from: ['main/replica-1'] });
    expect(await read('1.4')).toEqual({ texts: ['one', 'two'], from: ['main/replica-1', 'main'] });
    expect((await read('2.3')).from).toEqual(['main/replica-1', 'main']);
  });

  it('leaves a replica that stays behind some time to catch up', async () => {
    await stopReplay();
    await room.post(room.owner, 'two');
    for (let time = 0; time < 10; time += 1) await read('1.4');
    expect(await read('1.4')).toEqual({ texts: ['one', 'two'], from: ['main'] });
    await tell(standby, 'SELECT pg_wal_replay_resume()');
    await eventually(async () => expect((await read('1.4')).from).toEqual(['main/replica-1']));
  });

  it('lets the primary decide what a replica would refuse', async () => {
    await stopReplay();
    const bob = await room.join();
    expect(await read('1.3', bob)).toEqual({ texts: ['one'], from: ['main/replica-1', 'main'] });
    await room.ban(bob);
    await expect(read('1.5', bob)).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
  });

  it('goes on at the primary when the replica dies, without asking it each time, and returns to it', async () => {
    expect((await read('1.3')).from).toEqual(['main/replica-1']);
    await standby.kill();
    expect((await read('1.3')).texts).toEqual(['one']);
    expect(await read('1.3')).toEqual({ texts: ['one'], from: ['main'] });
    await standby.restart();
    await eventually(async () => expect((await read('1.3')).from).toEqual(['main/replica-1']), { timeoutMs: 20_000, intervalMs: 100 });
  });

  it('waits only a moment for a replica that stands still, once', async () => {
    expect((await read('1.3')).from).toEqual(['main/replica-1']);
    await standby.pause();
    const startedMs = performance.now();
    expect((await read('1.3')).texts).toEqual(['one']);
    expect(performance.now() - startedMs).toBeLessThan(2_500);
    expect(await read('1.3')).toEqual({ texts: ['one'], from: ['main'] });
  });
});
