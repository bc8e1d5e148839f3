import { PostgresDatabase } from '@agent-chat/database/adapters/postgres';
import { createTestDatabase, describeDatabaseContract, testServerUrl, type TestDatabase } from '@agent-chat/database/testing';
import { startTestServers, type TestServers } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import { alice, create, post, roomIn, seqOf } from '../chat/calls';
import { textsOf } from '../chat/stored-rooms';
import { openRig } from '../chat/write-rig';

/** The same database, reached through a PgBouncer that gives a connection for one transaction at a time. */
async function behindPooler(name: string): Promise<{ servers: TestServers; test: TestDatabase }> {
  const made = await createTestDatabase(name);
  // What the driver would ask for with each connection is the database's own setting instead.
  const [row] = await made.database.directory().query<{ name: string }>('SELECT current_database() AS name');
  await made.database.directory().query(`ALTER DATABASE ${row?.name ?? ''} SET TimeZone = 'UTC'`);
  const servers = await startTestServers('pgbouncer', { url: testServerUrl() });
  const url = new URL(made.url);
  url.host = servers.settings['POOLER_HOST'] ?? '';
  const database = new PostgresDatabase({ url: url.href, partitionCount: 64 });
  const drop = async (): Promise<void> => {
    await database.close();
    await servers.stop();
    await made.drop();
  };
  return { servers, test: { database, url: url.href, drop } };
}

describeDatabaseContract('PostgresDatabase behind PgBouncer', async () => {
  const { test } = await behindPooler('pooler_contract');
  return { database: test.database, close: test.drop };
});

it('sends nothing under a name to PgBouncer, which gives the next transaction another server', async () => {
  const { test } = await behindPooler('pooler_names');
  try {
    await expect(test.database.directory().query('SELECT $1::int AS value', [1])).resolves.toEqual([{ value: 1 }]);
    await expect(test.database.directory().query('SELECT name FROM pg_prepared_statements')).resolves.toEqual([]);
  } finally {
    await test.drop();
  }
});

describe('the write path behind PgBouncer', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('stores and answers many calls at once, each once and in order', async () => {
    const { test } = await behindPooler('pooler_writes');
    const rig = await openRig(test);
    const rooms = [1, 2, 3, 4].map(roomIn);
    for (const roomId of rooms) await rig.send(create(roomId, alice));
    const answers = await Promise.all(
      rooms.map((roomId) => Promise.all(Array.from({ length: 50 }, (_, index) => rig.send(post(roomId, alice, String(index)))))),
    );

    for (const [index, roomId] of rooms.entries()) {
      const seqs = answers[index]?.map(seqOf) as number[];
      expect(seqs.map((seq) => seq - (seqs[0] ?? 0))).toEqual(Array.from({ length: 50 }, (_, place) => place));
      expect(await textsOf(test, roomId)).toEqual(Array.from({ length: 50 }, (_, place) => String(place)));
    }
    await rig.stop();
    await test.drop();
  });
});
