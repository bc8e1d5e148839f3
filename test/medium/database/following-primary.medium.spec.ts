import { loadConfig } from '@agent-chat/config';
import { PostgresDatabase } from '@agent-chat/database/adapters/postgres';
import { eventually, startTestServers, type TestServer, type TestServers } from '@agent-chat/testing';
import { Client } from 'pg';
import { DirectoryDataSource } from '../../../apps/gateway/src/infrastructure/auth/directory-data-source';

const urlOf = (...servers: readonly TestServer[]): string =>
  `postgres://postgres:postgres@${servers.map(({ port }) => `127.0.0.1:${String(port)}`).join(',')}/postgres`;

async function ask(server: TestServer, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: urlOf(server) });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const promote = (server: TestServer): Promise<unknown> => ask(server, 'select pg_promote(true, 30)');

describe('a database of several hosts', () => {
  let servers: TestServers;
  let primary: TestServer;
  let standby: TestServer;
  let database: PostgresDatabase;

  jest.setTimeout(60_000);

  beforeEach(async () => {
    servers = await startTestServers('postgres', { standbys: 1, parameters: { fsync: 'off' } });
    [primary, standby] = servers.servers as [TestServer, TestServer];
    database = new PostgresDatabase({ url: urlOf(standby, primary), partitionCount: 4, connectTimeoutMs: 2_000 });
    await eventually(() => database.directory().query('create table if not exists notes (text text)'));
  });
  afterEach(async () => {
    await database.close();
    await servers.stop();
  });

  const write = (text: string) => database.writer(0).query('insert into notes values ($1)', [text]);
  const notes = async () => (await database.directory().query<{ text: string }>('select text from notes order by 1')).map(({ text }) => text);

  it('writes to the one that is the primary, whatever their order', async () => {
    await write('first');
    expect(await notes()).toEqual(['first']);
  });

  it('follows a standby that was promoted after the primary was killed', async () => {
    await write('first');
    await eventually(async () => expect(await ask(standby, 'select count(*)::int as n from notes')).toEqual([{ n: 1 }]));
    await primary.kill();
    await promote(standby);
    await eventually(() => write('second'));
    expect(await notes()).toEqual(['first', 'second']);
  });

  it('takes the connections of TypeORM along', async () => {
    const directory = new DirectoryDataSource(database, loadConfig({}));
    const insert = (text: string) => directory.run((manager) => manager.query('insert into notes values ($1)', [text]));
    await insert('first');
    await eventually(async () => expect(await ask(standby, 'select count(*)::int as n from notes')).toEqual([{ n: 1 }]));
    await primary.kill();
    await expect(insert('lost')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await promote(standby);
    // Whatever asks the same database notices that its primary is gone.
    await eventually(notes);
    await eventually(() => insert('second'));
    expect(await notes()).toEqual(['first', 'second']);
    await directory.onApplicationShutdown();
  });

  it('leaves a primary that stands still for the one that was promoted, cuts the statement that waits there, and does not return when it wakes', async () => {
    await write('first');
    await eventually(async () => expect(await ask(standby, 'select count(*)::int as n from notes')).toEqual([{ n: 1 }]));
    await primary.pause();
    const stalled = write('stalled').catch((error: unknown) => error);
    await promote(standby);
    expect(await stalled).toMatchObject({ kind: 'outage' });
    await eventually(() => write('second'));
    await primary.resume();
    // Both call themselves writable now.
    await eventually(async () => expect(await ask(primary, 'select 1 as one')).toEqual([{ one: 1 }]));
    for (let round = 0; round < 5; round += 1) await write(`round ${String(round)}`);
    expect(await notes()).toEqual(['first', 'round 0', 'round 1', 'round 2', 'round 3', 'round 4', 'second']);
  });

  it('leaves nobody waiting for a connection to a primary that stands still, once another is made', async () => {
    const patient = new PostgresDatabase({ url: urlOf(primary, standby), partitionCount: 4, connectTimeoutMs: 50_000 });
    await patient.directory().query('select 1');
    await primary.pause();
    const outcomes: unknown[] = [];
    // One over the connection that is there, the other over a new one.
    const asked = [1, 2].map(() =>
      patient
        .directory()
        .query('select 1')
        .catch((error: unknown) => outcomes.push(error)),
    );
    await promote(standby);
    await eventually(() => expect(outcomes).toHaveLength(2), { timeoutMs: 10_000 });
    expect(await patient.directory().query('select pg_is_in_recovery() as recovering')).toEqual([{ recovering: false }]);
    await Promise.all(asked);
    await patient.close();
  });

  it('does not take a commit for done that no standby has confirmed', async () => {
    await ask(primary, `alter system set synchronous_standby_names = 'nobody'`);
    await ask(primary, 'select pg_reload_conf()');
    await eventually(async () => expect(await ask(primary, 'show synchronous_standby_names')).toEqual([{ synchronous_standby_names: 'nobody' }]));
    const unconfirmed = write('first').catch((error: unknown) => error);
    const waiting = `select pg_cancel_backend(pid) as done from pg_stat_activity where wait_event = 'SyncRep'`;
    await eventually(async () => expect(await ask(primary, waiting)).toEqual([{ done: true }]));
    expect(await unconfirmed).toMatchObject({ kind: 'outage', message: 'The commit was not confirmed by a standby.' });
  });
});
