import { AppError } from '@agent-chat/kernel';
import { Breakers } from '@agent-chat/resilience';
import { deferred, eventually } from '@agent-chat/testing';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { ask, Buses, IN_TIME, type OpenBus, ROOMS } from './testing/bus-rig';
import { NotTheOwnerError } from '../../not-the-owner.error';

describe('questions between processes', () => {
  const buses = new Buses();
  const servers: Server[] = [];
  afterEach(async () => {
    await buses.close();
    for (const server of servers.splice(0)) server.close();
  });

  const open = buses.open.bind(buses);
  const answering = buses.answering.bind(buses);

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
    });

    it('are TIMEOUT whenever one of two who gave no answer may have received them', async () => {
      const [gone, dies] = [await nobody(), await dying()];
      const asking = await open({ addressesOf: () => [dies.address, gone], breakers: unbreakable() });
      const codes = new Set<string>();

      for (let i = 0; i < 40; i++) {
        const before = dies.questions();
        const error: unknown = await ask(asking).catch((reason: unknown) => reason);
        if (dies.questions() > before) codes.add((error as AppError).code);
      }

      expect([...codes]).toEqual(['TIMEOUT']);
    });

    it('go over another connection when the one kept open was closed by a process that is well', async () => {
      const answer = JSON.stringify({ answer: ROOMS });
      let connections = 0;
      const server = createServer((socket) => {
        connections += 1;
        let questions = 0;
        socket.on('error', () => undefined);
        socket.on('data', (chunk) => {
          if (!chunk.toString().startsWith('POST')) return;
          questions += 1;
          if (questions > 1) socket.destroy();
          else socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${String(answer.length)}\r\n\r\n${answer}`);
        });
      }).listen(0, '127.0.0.1');
      servers.push(server);
      await once(server, 'listening');
      const asking = await open({ addressesOf: () => [`127.0.0.1:${String((server.address() as { port: number }).port)}`] });

      for (let i = 0; i < 3; i++) await expect(ask(asking)).resolves.toEqual(ROOMS);

      expect(connections).toBe(3);
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
});

function unbreakable() {
  const breakers = new Breakers();
  const of = breakers.of.bind(breakers);
  breakers.of = (name, options, target) => of(name, { ...options, failures: 1_000_000 }, target);
  return breakers;
}
