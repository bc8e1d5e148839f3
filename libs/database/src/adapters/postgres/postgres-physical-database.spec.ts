import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { said } from '../../testing/server-message';
import { PostgresPhysicalDatabase } from './postgres-physical-database';
import { PrimaryFinder } from './primary-finder';

const SILENCE_MS = 1_000;

const LET_IN = Buffer.concat([said('R', Buffer.alloc(4)), said('Z', Buffer.from('I'))]);
const BEGUN = Buffer.concat([said('C', Buffer.from('BEGIN\0')), said('Z', Buffer.from('T'))]);

/** Lets everybody in, begins their transactions, and answers nothing else. */
function answerBeginAlone(socket: Socket): void {
  let isIn = false;
  socket.on('error', () => undefined);
  socket.on('data', (data) => {
    if (!isIn) socket.write(LET_IN);
    else if (data.includes('BEGIN')) socket.write(BEGUN);
    isIn = true;
  });
}

describe('PostgresPhysicalDatabase', () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer(answerBeginAlone).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());

  it('waits once, not twice, for a server that falls silent within a transaction', async () => {
    const url = `postgres://me:secret@127.0.0.1:${(server.address() as AddressInfo).port}/chat`;
    const options = { name: 'main', finder: new PrimaryFinder({ url }), poolSize: 1, statementTimeoutMs: 0, connectTimeoutMs: 5_000, silenceMs: SILENCE_MS };
    const database = new PostgresPhysicalDatabase(options);
    const startedMs = performance.now();

    await expect(database.transaction((connection) => connection.query('SELECT 1'))).rejects.toMatchObject({ kind: 'outage' });

    expect(performance.now() - startedMs).toBeLessThan(1.9 * SILENCE_MS);
    await database.close();
  });
});
