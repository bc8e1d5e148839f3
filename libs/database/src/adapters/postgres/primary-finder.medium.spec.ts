import { eventually, startTestServers, type TestServer, type TestServers } from '@agent-chat/testing';
import { Client } from 'pg';
import { PrimaryFinder } from './primary-finder';

const urlOf = (...servers: readonly TestServer[]): string =>
  `postgres://postgres:postgres@${servers.map(({ port }) => `127.0.0.1:${String(port)}`).join(',')}/postgres`;

async function promote(server: TestServer): Promise<void> {
  const client = new Client({ connectionString: urlOf(server) });
  await client.connect();
  await client.query('select pg_promote(true, 30)');
  await client.end();
}

describe('PrimaryFinder', () => {
  let servers: TestServers;
  let primary: TestServer;
  let standby: TestServer;

  beforeEach(async () => {
    servers = await startTestServers('postgres', { standbys: 1, parameters: { fsync: 'off' } });
    [primary, standby] = servers.servers as [TestServer, TestServer];
  });
  afterEach(() => servers.stop());

  /** One that knows that the standby has become the primary; so does the host that was it before still believe of itself. */
  async function afterPromotion(): Promise<PrimaryFinder> {
    const finder = new PrimaryFinder({ url: urlOf(primary, standby) });
    await finder.look();
    await promote(standby);
    await finder.look();
    expect(finder.url).toBe(urlOf(standby));
    return finder;
  }

  it('believes a standby that was promoted before the host that stands still has said anything, and also when that one is back (P28)', async () => {
    const finder = new PrimaryFinder({ url: urlOf(primary, standby), answerTimeoutMs: 20_000 });
    await finder.look();
    await primary.pause();
    await promote(standby);

    const look = finder.look();

    await eventually(() => expect(finder.url).toBe(urlOf(standby)), { timeoutMs: 5_000 });
    await primary.resume();
    await look;
    expect(finder.url).toBe(urlOf(standby));
    // Both call themselves writable now: who looks for the first time believes the higher timeline, whichever host is named first.
    const newcomer = new PrimaryFinder({ url: urlOf(primary, standby) });
    await newcomer.look();
    expect(newcomer.url).toBe(urlOf(standby));
  });

  it('does not go back to an earlier primary while the present one says nothing (P28)', async () => {
    const finder = await afterPromotion();
    await standby.pause();
    await finder.look();
    expect(finder.url).toBe(urlOf(standby));
  });

  it('follows an earlier primary when the one after it is gone for certain', async () => {
    const finder = await afterPromotion();
    await standby.kill();
    await finder.look();
    expect(finder.url).toBe(urlOf(primary));
  });
});
