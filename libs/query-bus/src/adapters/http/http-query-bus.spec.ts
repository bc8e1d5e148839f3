import { type QueryAnswer } from '@agent-chat/contracts';
import { AppError, newId, type RoomId, type UserId } from '@agent-chat/kernel';
import { Breakers } from '@agent-chat/resilience';
import { deferred, eventually } from '@agent-chat/testing';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer, type Server, Socket } from 'node:net';
import { openBus, SECRET, type OpenBus } from './testing/bus-rig';
import { NotTheOwnerError } from '../../not-the-owner.error';
import { ServiceSecret } from './service-secret';

const userId = newId<UserId>();
const IN_TIME = { timeoutMs: 5_000 };
const ROOMS: QueryAnswer<'rooms.memberOf'> = { roomIds: [newId<RoomId>()] };

describe('questions between processes', () => {
  const opened: OpenBus[] = [];
  const servers: Server[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ bus }) => bus.close()));
    for (const server of servers.splice(0)) server.close();
  });

  async function open(options: Parameters<typeof openBus>[0] = {}) {
    const bus = await openBus(options);
    opened.push(bus);
    return bus;
  }

  /** A process that answers `rooms.memberOf`, and counts. */
  async function answering(answer: () => Promise<typeof ROOMS> = () => Promise.resolve(ROOMS)) {
    const opened = await open();
    const handler = jest.fn(answer);
    opened.bus.answer('rooms.memberOf', handler);
    return { ...opened, handler };
  }

  /** An address where nobody listens. */
  async function nobody() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `127.0.0.1:${String((server.address() as { port: number }).port)}`;
    server.close();
    await once(server, 'close');
    return address;
  }

  /** A process that dies after it has received a question. */
  async function dying() {
    let questions = 0;
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        questions += 1;
        socket.destroy();
      });
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return { address: `127.0.0.1:${String((server.address() as { port: number }).port)}`, questions: () => questions };
  }

  /** A raw request to a process's internal door. */
  async function post(address: string, path: string, headers: Record<string, string>, body: string, method = 'POST') {
    const outgoing = request(`http://${address}${path}`, { method, headers: { 'x-deadline-ms': '1000', 'content-type': 'application/json', ...headers } });
    // A question that is announced longer than it is must be refused by what it announces.
    if ('content-length' in headers) outgoing.write(body);
    else outgoing.end(body);
    const [response] = await once(outgoing, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    return { status: response.statusCode, headers: response.headers, body: JSON.parse(Buffer.concat(chunks).toString()) };
  }
  const known = { authorization: `Bearer ${SECRET}` };
  const input = JSON.stringify({ userId });

  const ask = ({ bus }: OpenBus, options = IN_TIME) => bus.ask('rooms.memberOf', { userId }, options);

  describe('to any process of a service', () => {
    it('go to another one when the first cannot be reached, which is then avoided', async () => {
      const [gone, well] = [await nobody(), await answering()];
      const asking = await open({ addressesOf: () => [gone, well.address] });

      for (let i = 0; i < 30; i++) await expect(ask(asking)).resolves.toEqual(ROOMS);

      expect(asking.breakers.statuses()).toMatchObject([{ name: 'chat/rooms.memberOf', state: 'closed', failures: 0 }]);
    });

    it('go to another one when the connection breaks before the answer', async () => {
      const [dies, well] = [await dying(), await answering()];
      const asking = await open({ addressesOf: () => [dies.address, well.address] });

      await eventually(async () => {
        await expect(ask(asking)).resolves.toEqual(ROOMS);
        expect(dies.questions()).toBeGreaterThan(0);
      });
    });

    it('go to another one when the first does not answer this query, or is closing', async () => {
      const [unknowing, well] = [await open(), await answering()];
      const release = deferred();
      const closing = await answering(() => release.promise.then(() => ROOMS));
      const held = ask(await open({ addressesOf: () => [closing.address] }));
      await eventually(() => expect(closing.handler).toHaveBeenCalled());
      const closed = closing.bus.close();
      const turnedAway = await open({ addressesOf: () => [unknowing.address, well.address] });
      const late = await open({ addressesOf: () => [closing.address, well.address] });

      for (const each of [turnedAway, late]) for (let i = 0; i < 10; i++) await expect(ask(each)).resolves.toEqual(ROOMS);
      expect(closing.handler).toHaveBeenCalledTimes(1);
      release.resolve();
      await Promise.all([held, closed]);
    });

    it('are UNAVAILABLE when they certainly reached nobody, and TIMEOUT when somebody may have received them', async () => {
      const [gone, dies] = [await nobody(), await dying()];

      await expect(ask(await open({ addressesOf: () => [gone] }))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(ask(await open({ addressesOf: () => [] }))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(ask(await open({ addressesOf: () => [dies.address] }))).rejects.toMatchObject({ code: 'TIMEOUT' });
      const asking = await open({ addressesOf: () => [dies.address, gone] });
      await eventually(async () => {
        const before = dies.questions();
        const error: unknown = await ask(asking).catch((reason: unknown) => reason);
        expect(dies.questions()).toBeGreaterThan(before);
        expect(error).toMatchObject({ code: 'TIMEOUT' });
      });
    });

    it('are repeated for a tenth of them at most, beyond the first ten', async () => {
      const [one, other] = [await dying(), await dying()];
      const asking = await open({ addressesOf: () => [one.address, other.address], breakers: unbreakable() });

      for (let i = 0; i < 100; i++) await ask(asking).catch(() => undefined);

      expect(one.questions() + other.questions()).toBeGreaterThanOrEqual(110);
      expect(one.questions() + other.questions()).toBeLessThanOrEqual(120);
    });

    it('are not put to others by a process that answers them itself', async () => {
      const other = await answering();
      const own = await open({ addressesOf: () => [other.address] });
      own.bus.answer('rooms.memberOf', () => Promise.resolve({ roomIds: [] }));

      await expect(ask(own)).resolves.toEqual({ roomIds: [] });
      expect(other.handler).not.toHaveBeenCalled();
    });

    it('meet an open breaker after five silences, and never because of what was answered', async () => {
      const gone = await nobody();
      const angry = await answering(() => Promise.reject(new AppError('UNAVAILABLE', { detail: 'My database is away' })));
      let address = angry.address;
      const asking = await open({ addressesOf: () => [address] });
      for (let i = 0; i < 20; i++) await expect(ask(asking)).rejects.toMatchObject({ message: 'My database is away' });
      expect(asking.breakers.statuses()).toMatchObject([{ state: 'closed' }]);

      address = gone;
      for (let i = 0; i < 40; i++) await ask(asking).catch(() => undefined);

      const [status] = asking.breakers.statuses();
      expect(status).toMatchObject({ state: 'open', failures: 21 });
      await expect(ask(asking)).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('pause') });
    });
  });

  describe('to the owner of a partition', () => {
    const register = ({ bus }: OpenBus, options: { timeoutMs: number } = IN_TIME) =>
      bus.ask('interest.register', { gatewayId: 'g', partition: 3, roomIds: [] }, { ...options, partition: 3 });

    /** A chat process that owns everything or nothing. */
    async function owner(fence: number | undefined) {
      const chat = await open();
      const handler = jest.fn(() => (fence === undefined ? Promise.reject(new NotTheOwnerError()) : Promise.resolve({ fence })));
      chat.bus.answer('interest.register', handler);
      return { ...chat, handler };
    }

    it('take one look-up for many', async () => {
      const chat = await owner(7);
      const ownerOf = jest.fn(async () => chat.address);
      const asking = await open({ ownerOf });

      await Promise.all(Array.from({ length: 10 }, () => register(asking)));
      await expect(register(asking)).resolves.toEqual({ fence: 7 });

      expect(ownerOf).toHaveBeenCalledTimes(1);
      expect(ownerOf).toHaveBeenCalledWith(3);
    });

    it.each(['is not the owner any more', 'is gone'])('follow it when the one known %s', async (what) => {
      const [before, after] = [await owner(what === 'is gone' ? 6 : undefined), await owner(7)];
      if (what === 'is gone') await before.bus.close();
      const ownerOf = jest.fn().mockResolvedValueOnce(before.address).mockResolvedValue(after.address);
      const asking = await open({ ownerOf });

      // A look-up is not repeated at once: others may just have done it.
      await eventually(async () => await expect(register(asking)).resolves.toEqual({ fence: 7 }));
      await expect(register(asking)).resolves.toEqual({ fence: 7 });
      expect(ownerOf).toHaveBeenCalledTimes(2);
    });

    it('are UNAVAILABLE when the owner by the database does not own it, is not there, or cannot be looked up', async () => {
      const chat = await owner(undefined);
      const gone = await nobody();

      await expect(register(await open({ ownerOf: async () => chat.address }))).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 500 });
      expect(chat.handler).toHaveBeenCalledTimes(1);
      await expect(register(await open({ ownerOf: async () => gone }))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(register(await open({ ownerOf: async () => undefined }))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: 'Nobody owns the room now',
      });
      await expect(register(await open({ ownerOf: () => Promise.reject(new Error('no database')) }))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });

    it('wait for a look-up no longer than for an answer', async () => {
      const asking = await open({ ownerOf: () => new Promise(() => undefined) });

      await expect(register(asking, { timeoutMs: 30 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    });

    it('do not stay with an owner that stands still', async () => {
      const still = await open();
      still.bus.answer('interest.register', (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error()))));
      const chat = await owner(8);
      const ownerOf = jest.fn().mockResolvedValueOnce(still.address).mockResolvedValue(chat.address);
      const asking = await open({ ownerOf });

      await expect(register(asking, { timeoutMs: 30 })).rejects.toMatchObject({ code: 'TIMEOUT' });

      await expect(register(asking)).resolves.toEqual({ fence: 8 });
    });

    it('stay in the process that is the owner itself', async () => {
      let address = '';
      const own = await open({ ownerOf: async () => address });
      address = own.address;
      const input: unknown[] = [];
      own.bus.answer('interest.register', (received) => {
        input.push(received);
        return Promise.resolve({ fence: 9 });
      });

      await expect(register(own)).resolves.toEqual({ fence: 9 });
      expect(own.breakers.statuses()).toEqual([]);
      expect(input).toEqual([{ gatewayId: 'g', partition: 3, roomIds: [] }]);
    });

    it('meet a breaker for each owner by itself', async () => {
      const [gone, chat] = [await nobody(), await owner(7)];
      const asking = await open({ ownerOf: async (partition) => (partition === 3 ? chat.address : gone) });
      const other = () => asking.bus.ask('interest.register', { gatewayId: 'g', partition: 4, roomIds: [] }, { ...IN_TIME, partition: 4 });

      for (let i = 0; i < 10; i++) await expect(other()).rejects.toMatchObject({ code: 'UNAVAILABLE' });

      await expect(register(asking)).resolves.toEqual({ fence: 7 });
      expect(asking.breakers.statuses()).toMatchObject([
        { name: 'chat/owner', target: gone, state: 'open' },
        { name: 'chat/owner', target: chat.address, state: 'closed' },
      ]);
    });
  });

  describe('at the internal door', () => {
    it.each([
      ['no secret', {}],
      ['a wrong secret', { authorization: 'Bearer something else' }],
      ['an empty secret', { authorization: 'Bearer ' }],
    ])('are refused with %s', async (_, headers) => {
      const { address, handler } = await answering();

      expect(await post(address, '/queries/rooms.memberOf', headers, input)).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHENTICATED' } } });
      expect(handler).not.toHaveBeenCalled();
    });

    it('are answered as JSON with the id of the request', async () => {
      const { address } = await answering();

      const { status, headers, body } = await post(address, '/queries/rooms.memberOf', { ...known, 'x-request-id': 'mine' }, input);

      expect([status, headers['content-type'], headers['x-request-id'], body]).toEqual([200, 'application/json', 'mine', { answer: ROOMS }]);
    });

    it.each([
      ['what is not JSON', { body: '{' }, 400, 'MALFORMED_REQUEST'],
      ['another type', { headers: { 'content-type': 'text/plain' } }, 400, 'MALFORMED_REQUEST'],
      ['no deadline', { headers: { 'x-deadline-ms': 'soon' } }, 400, 'MALFORMED_REQUEST'],
      ['wrong input', { body: '{}' }, 400, 'VALIDATION_FAILED'],
      ['another path', { path: '/api/health' }, 404, 'NOT_FOUND'],
      ['another method', { method: 'PUT' }, 404, 'NOT_FOUND'],
      ['the name of something that every object has', { path: '/queries/constructor' }, 503, 'UNAVAILABLE'],
    ])('are refused with %s', async (_, changed: { body?: string; path?: string; method?: string; headers?: object }, status, code) => {
      const { address, failures } = await answering();

      const answer = await post(address, changed.path ?? '/queries/rooms.memberOf', { ...known, ...changed.headers }, changed.body ?? input, changed.method);

      expect(answer).toMatchObject({ status, body: { error: { code } } });
      expect(failures).toEqual([]);
    });

    it('are refused when they are too long, by either side', async () => {
      const { address } = await answering();
      const asking = await open({ addressesOf: () => [address] });
      const long = 'x'.repeat(9 * 1024 * 1024);

      await expect(asking.bus.ask('rooms.memberOf', { userId: long }, IN_TIME)).rejects.toMatchObject({ code: 'FRAME_TOO_LARGE' });
      expect(await post(address, '/queries/rooms.memberOf', { ...known, 'content-length': String(long.length) }, '{')).toMatchObject({ status: 413 });
    });

    it('say to others that they have another secret, and make nobody log in again', async () => {
      const { address } = await answering();
      const onWrongSecret = jest.fn();
      const asking = await open({ secret: new ServiceSecret(['another']), addressesOf: () => [address], onWrongSecret });

      await expect(ask(asking)).rejects.toMatchObject({ code: 'UNAVAILABLE' });

      expect(onWrongSecret).toHaveBeenCalled();
    });

    it('take the secret that follows before everybody sends it', async () => {
      const next = await open({ secret: new ServiceSecret(['the next one', SECRET]) });
      next.bus.answer('rooms.memberOf', () => Promise.resolve(ROOMS));
      const old = await open({ addressesOf: () => [next.address] });
      const changed = await open({ secret: new ServiceSecret(['the next one']), addressesOf: () => [next.address] });

      await expect(ask(old)).resolves.toEqual(ROOMS);
      await expect(ask(changed)).resolves.toEqual(ROOMS);
    });

    it('are for nobody once the caller is gone: the handler is told to stop', async () => {
      const stopped = deferred();
      const chat = await open();
      const started = deferred();
      chat.bus.answer('rooms.memberOf', async (_, { signal }) => {
        started.resolve();
        await once(signal, 'abort');
        stopped.resolve();
        return ROOMS;
      });
      const outgoing = request(`http://${chat.address}/queries/rooms.memberOf`, {
        method: 'POST',
        headers: { ...known, 'x-deadline-ms': '60000', 'content-type': 'application/json' },
      });
      outgoing.on('error', () => undefined);
      outgoing.end(input);
      await started.promise;

      outgoing.destroy();

      await expect(stopped.promise).resolves.toBeUndefined();
    });

    it('tell the owner of a handler what it threw, with the id of the request', async () => {
      const error = new Error('secret');
      const chat = await answering(() => Promise.reject(error));

      const answer = await post(chat.address, '/queries/rooms.memberOf', { ...known, 'x-request-id': 'mine' }, input);

      expect(answer).toMatchObject({ status: 500, body: { error: { code: 'INTERNAL' } } });
      expect(chat.failures).toEqual([{ query: 'rooms.memberOf', error, requestId: 'mine' }]);
    });

    it('come over connections that stay open', async () => {
      const chat = await answering();
      const asking = await open({ addressesOf: () => [chat.address] });
      const connections = jest.spyOn(Socket.prototype, 'connect');

      for (let i = 0; i < 10; i++) await ask(asking);

      expect(connections.mock.calls.length).toBe(1);
      connections.mockRestore();
    });
  });
});

function unbreakable() {
  const breakers = new Breakers();
  const of = breakers.of.bind(breakers);
  breakers.of = (name, options, target) => of(name, { ...options, failures: 1_000_000 }, target);
  return breakers;
}
