import { deferred } from '@agent-chat/testing';
import { once } from 'node:events';
import { request } from 'node:http';
import { Socket } from 'node:net';
import { ServiceSecret } from './service-secret';
import { ask, Buses, IN_TIME, ROOMS, SECRET, USER_ID } from './testing/bus-rig';

describe('questions at the internal door', () => {
  const buses = new Buses();
  afterEach(() => buses.close());
  const open = buses.open.bind(buses);
  const answering = buses.answering.bind(buses);

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
  const input = JSON.stringify({ userId: USER_ID });

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
