import { createServer, type Server } from 'node:net';
import { createTestDatabase, describeDatabaseContract, startForgetfulNetwork, startHastyServer } from '../../testing';
import { PostgresDatabase } from './postgres-database';
import type { StatementObservation } from './statement-observer';

describeDatabaseContract('PostgresDatabase', async () => {
  const { database, drop } = await createTestDatabase('contract');
  return { database, close: drop };
});

describe('PostgresDatabase', () => {
  it('has the server cancel a statement that takes too long, as an outage', async () => {
    const { url, drop } = await createTestDatabase('timeout');
    const database = new PostgresDatabase({ url, partitionCount: 64, statementTimeoutMs: 50 });
    await expect(database.directory().query('select pg_sleep(20)')).rejects.toMatchObject({ kind: 'outage', sqlState: '57014' });
    await database.close();
    await drop();
  });

  it('has no commit of an owner cancelled, however long it takes (P6)', async () => {
    const { url, drop } = await createTestDatabase('writer');
    const database = new PostgresDatabase({ url, partitionCount: 64, statementTimeoutMs: 50 });
    await expect(database.writer(0).query('select pg_sleep(0.3)')).resolves.toHaveLength(1);
    await database.close();
    await drop();
  });

  it('gives up waiting for a connection after the configured time', async () => {
    const { url, drop } = await createTestDatabase('pool');
    const database = new PostgresDatabase({ url, partitionCount: 64, poolSize: 1, connectTimeoutMs: 50 });
    await database.directory().transaction(async () => {
      await expect(database.directory().query('select 1')).rejects.toMatchObject({ kind: 'outage', sqlState: undefined });
    });
    expect(await database.directory().query('select 1 as one')).toEqual([{ one: 1 }]);
    await database.close();
    await drop();
  });

  it('tells its observer how each statement went', async () => {
    const { url, drop } = await createTestDatabase('observer');
    const seen: StatementObservation[] = [];
    const database = new PostgresDatabase({ url, partitionCount: 64, observer: (observation) => seen.push(observation) });
    await database.directory().query('select 1');
    await expect(database.directory().query('select 1 / 0')).rejects.toMatchObject({ kind: 'data' });
    await database.close();
    await drop();
    expect(seen.map(({ database: name, outcome }) => [name, outcome])).toEqual([
      ['main', 'ok'],
      ['main', 'data'],
    ]);
    expect(seen.every(({ durationMs }) => durationMs > 0)).toBe(true);
  });

  it('calls a server that is not there, and one that accepts and never speaks, an outage', async () => {
    const silent = await listen();
    const url = `postgres://me:secret@127.0.0.1:${silent.port}/chat`;
    const database = new PostgresDatabase({ url, partitionCount: 64, connectTimeoutMs: 200 });
    await expect(database.ping(50)).rejects.toMatchObject({ kind: 'outage', message: 'main did not answer within 50 ms.' });
    await expect(database.directory().query('select 1')).rejects.toMatchObject({ kind: 'outage' });
    await silent.close();
    await expect(database.ping(1_000)).rejects.toMatchObject({ kind: 'outage' });
    await database.close();
  });

  it('calls it an outage when a connection ends as it opens', async () => {
    const server = await startHastyServer();
    const database = new PostgresDatabase({ url: server.url, partitionCount: 64 });
    await expect(database.directory().query('select 1')).rejects.toMatchObject({ kind: 'outage' });
    await database.close();
    await server.close();
  });

  it('gives up a commit that a network has swallowed, and with it every connection that was made before (P7)', async () => {
    const { url, drop } = await createTestDatabase('forgotten');
    const network = await startForgetfulNetwork(url);
    const database = new PostgresDatabase({ url: network.url, partitionCount: 64, commitSilenceMs: 500 });
    const writer = database.writer(0);
    await Promise.all([1, 2, 3, 4].map(() => writer.query('select pg_sleep(0.1)')));
    network.forget();

    await expect(writer.query('select 1')).rejects.toMatchObject({ kind: 'outage', sqlState: undefined });
    expect(await writer.query('select 1 as one')).toEqual([{ one: 1 }]);

    await database.close();
    await network.close();
    await drop();
  });

  it('stops the server behind it once, after its connections', async () => {
    const { url, drop } = await createTestDatabase('stop');
    const stopped: number[] = [];
    const stopServer = (): Promise<void> => Promise.resolve(void stopped.push(database.poolState().total));
    const database = new PostgresDatabase({ url, partitionCount: 64, stopServer });
    await database.ping(1_000);
    expect(database.poolState().total).toBe(1);
    await database.close();
    await database.close();
    expect(stopped).toEqual([0]);
    await drop();
  });
});

async function listen(): Promise<{ port: number; close(): Promise<void> }> {
  const server: Server = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return { port: address.port, close: () => new Promise((done) => server.close(() => done())) };
}
