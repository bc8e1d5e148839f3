import { EphemeralStore } from '@agent-chat/ephemeral-store';
import { randomUUID } from 'node:crypto';
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
