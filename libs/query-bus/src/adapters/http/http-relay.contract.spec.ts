import { describeRelayContract } from '@agent-chat/query-bus/testing';
import { Breakers } from '@agent-chat/resilience';
import { deferred } from '@agent-chat/testing';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { HttpRelay } from './http-relay';
import { QueryServer } from './query-server';
import { ServiceSecret } from './service-secret';

const secret = new ServiceSecret(['a secret that services share here']);
const servers: QueryServer[] = [];
const doors: Server[] = [];

async function openRelay(addresses: () => readonly string[], own = secret): Promise<{ relay: HttpRelay; server: QueryServer; address: string }> {
  const server = await QueryServer.listen({ port: 0, host: '127.0.0.1', secret: own });
  servers.push(server);
  const relay = new HttpRelay({ server, secret: own, addressesOf: addresses, breakers: new Breakers() });
  return { relay, server, address: `127.0.0.1:${server.port}` };
}

afterEach(async () => {
  for (const door of doors.splice(0)) door.close().closeAllConnections();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describeRelayContract('HttpRelay', async () => {
  const taking = await openRelay(() => []);
  const handing = await openRelay(() => [taking.address]);
  return { handing: handing.relay, taking: taking.relay };
});

describe('HttpRelay', () => {
  /** A door whose requests are handed over. */
  async function openDoor(relay: HttpRelay) {
    const failures: unknown[] = [];
    const door = createServer((request, response) => {
      relay.hand('storage', request, response, {}).catch((error: unknown) => {
        failures.push(error);
        if (!response.destroyed) response.writeHead(503, { connection: 'close' }).end();
      });
    }).listen(0, '127.0.0.1');
    doors.push(door);
    await once(door, 'listening');
    return { url: `http://127.0.0.1:${(door.address() as { port: number }).port}`, failures };
  }

  it('goes to another process when one cannot be reached, body and all', async () => {
    const gone = await openRelay(() => []);
    await gone.server.close();
    const there = await openRelay(() => []);
    there.relay.take('storage', async (request, response) => {
      response.end(String((await request.toArray()).reduce((sum: number, chunk: Buffer) => sum + chunk.length, 0)));
    });
    const { relay } = await openRelay(() => [gone.address, there.address]);
    const { url, failures } = await openDoor(relay);

    const answers = await Promise.all(Array.from({ length: 10 }, async () => (await fetch(url, { method: 'POST', body: 'x'.repeat(100_000) })).text()));

    expect(answers).toEqual(Array.from({ length: 10 }, () => '100000'));
    expect(failures).toEqual([]);
  });

  it('says UNAVAILABLE when the process that took it is gone before it answered', async () => {
    const taken = deferred();
    const dying = createServer(() => taken.resolve()).listen(0, '127.0.0.1');
    await once(dying, 'listening');
    const { relay } = await openRelay(() => [`127.0.0.1:${(dying.address() as { port: number }).port}`]);
    const { url, failures } = await openDoor(relay);

    const answer = fetch(url);
    await taken.promise;
    dying.closeAllConnections();
    dying.close();

    expect((await answer).status).toBe(503);
    expect(failures).toMatchObject([{ code: 'UNAVAILABLE' }]);
  });

  it('keeps the token and the cookies of a client to itself, and believes no client about facts', async () => {
    const taking = await openRelay(() => []);
    const told: unknown[] = [];
    taking.relay.take('storage', async ({ headers }, response, facts) => {
      told.push([headers.authorization, headers.cookie, facts]);
      response.end();
    });
    const { relay } = await openRelay(() => [taking.address]);
    const { url } = await openDoor(relay);

    await fetch(url, { headers: { authorization: 'Bearer token', cookie: 'a=b', 'x-relay-facts': Buffer.from('{"user":"operator"}').toString('base64') } });

    expect(told).toEqual([[undefined, undefined, {}]]);
  });

  it('takes nothing from whoever has another secret', async () => {
    const taking = await openRelay(() => []);
    const handler = jest.fn();
    taking.relay.take('storage', handler);
    const stranger = await openRelay(() => [taking.address], new ServiceSecret(['another']));
    const { url, failures } = await openDoor(stranger.relay);

    expect((await fetch(url)).status).toBe(503);
    expect((await fetch(`http://${taking.address}/relay/storage/x`)).status).toBe(503);

    expect(handler).not.toHaveBeenCalled();
    expect(failures).toMatchObject([{ code: 'UNAVAILABLE' }]);
  });
});
