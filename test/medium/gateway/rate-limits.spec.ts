import { EphemeralStore } from '@agent-chat/ephemeral-store';
import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { RestClient } from '../../support/rest-client';
import { SocketClient } from '../../support/socket-client';
import { startWholeApp, type WholeApp } from '../../support/whole-app';

describe('a limit on one person', () => {
  let app: WholeApp;
  let ann: RestClient;
  let socket: SocketClient;

  beforeAll(async () => {
    app = await startWholeApp('limits', { RATE_LIMITS: '{"message.post":{"limit":2,"windowMs":60000},"socket.frame":"off"}', LOG_LEVEL: 'silent' });
    ann = await RestClient.register(app.url, 'ann');
    socket = await SocketClient.connect(ann);
  });
  afterAll(async () => {
    socket.close();
    await app.close();
  });

  it('counts both transports together, also while the shared counters are away', async () => {
    const { roomId } = await ann.createRoom({ kind: 'private', name: 'Limits' });
    const post = () => ({ clientMsgId: randomUUID(), text: 'One of two' });
    await app.app.get(EphemeralStore).close();

    expect(await ann.call('POST', `/rooms/${roomId}/messages`, post())).toMatchObject({ status: 201 });
    expect(await socket.call('message.post', { roomId, ...post() })).toMatchObject({ ok: true });
    expect(await socket.call('message.post', { roomId, ...post() })).toMatchObject({ ok: false, error: { code: 'RATE_LIMITED' } });
    await expect(ann.call('POST', `/rooms/${roomId}/messages`, post())).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('counts a call however its path is written', async () => {
    const headers = { authorization: `Bearer ${ann.credentials?.accessToken ?? ''}` };
    const leave = async (path: string) => (await fetch(`${app.url}${path}/rooms/${randomUUID()}/leave`, { method: 'POST', headers })).headers;
    const remaining = [await leave('/api/v1'), await leave('/API/v1'), await leave('/api/V1')].map((answer) => Number(answer.get('ratelimit-remaining')));
    expect(remaining).toEqual([299, 298, 297]);
  });
});

describe('a limit on one address', () => {
  let app: WholeApp;
  beforeAll(async () => {
    const rule = { limit: 2, windowMs: 600_000 };
    app = await startWholeApp('address_limits', { TRUSTED_PROXIES: 'loopback', RATE_LIMITS: JSON.stringify({ 'auth.login': rule, 'socket.connect': rule }) });
  });
  afterAll(() => app.close());

  it('counts the /64 of an IPv6 caller as one, over each transport', async () => {
    const logIn = async (address: string) => {
      const body = { username: `nobody-${randomUUID().slice(0, 8)}`, password: 'not the right one' };
      const failure: unknown = await new RestClient(app.url).call('POST', '/auth/login', body, { 'x-forwarded-for': address }).catch((error: unknown) => error);
      return (failure as { code: string }).code;
    };
    const connect = (address: string) =>
      new Promise<string>((resolve) => {
        const extraHeaders = { 'x-forwarded-for': address };
        const socket = io(app.url, { transports: ['websocket'], reconnection: false, forceNew: true, extraHeaders, auth: { token: 'nonsense' } });
        socket.once('connect_error', (error: Error & { data?: { code?: string } }) => resolve(error.data?.code ?? error.message));
      });
    const [addresses, neighbour] = [['2001:db8:0:1::1', '2001:db8:0:1::2', '2001:db8:0:1:ffff::3'], '2001:db8:0:2::1'];
    for (const call of [logIn, connect]) {
      const codes: string[] = [];
      for (const address of [...addresses, neighbour]) codes.push(await call(address));
      expect(codes).toEqual([codes[0], codes[0], 'RATE_LIMITED', codes[0]]);
      expect(codes[0]).not.toBe('RATE_LIMITED');
    }
  });
});
