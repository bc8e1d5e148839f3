import { eventually, FakeClock } from '@agent-chat/testing';
import { type Credentials, RestClient } from '../../support/rest-client';
import { SocketClient } from '../../support/socket-client';
import { SseClient } from '../../support/sse-client';
import { startWholeApp, type WholeApp } from '../../support/whole-app';

const ACCESS_TTL_MS = 30_000;
/** As documented: what a connection is given to renew its token. */
const GRACE_MS = 60_000;
/** As documented: how soon a session that has ended closes its connections. */
const SOON = { timeoutMs: 5_000 };

jest.setTimeout(60_000);

describe('a token that is good no more', () => {
  const clock = new FakeClock();
  let app: WholeApp;
  let ann: RestClient;
  let roomId: string;

  beforeAll(async () => {
    app = await startWholeApp('tokens', { AUTH_ACCESS_TOKEN_TTL_SEC: String(ACCESS_TTL_MS / 1_000) }, clock);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    ann = await RestClient.register(app.url, 'ann');
    ({ roomId } = await ann.createRoom({ kind: 'private', name: 'tokens' }));
  });

  /** A socket and a stream of one session. */
  async function connect(client: RestClient): Promise<{ socket: SocketClient; stream: SseClient }> {
    const [socket, stream] = [await SocketClient.connect(client), await SseClient.open(client, `?rooms=${roomId}`)];
    await socket.subscribe(roomId);
    await eventually(() => expect(stream.lastId).not.toBe(''));
    return { socket, stream };
  }

  /** Why each was closed, if it was. */
  const closings = ({ socket, stream }: { socket: SocketClient; stream: SseClient }): object => ({
    socket: socket.frames.filter(({ name }) => name === 'closing').map(({ body }) => body),
    stream: stream.frames.filter(({ name }) => name === 'closing').map(({ body }) => body),
  });
  const SHUT = { socket: [{ code: 'UNAUTHENTICATED' }], stream: [{ code: 'UNAUTHENTICATED' }] };

  async function refresh(refreshToken: string): Promise<RestClient> {
    const { body } = await ann.call('POST', '/auth/refresh', { refreshToken });
    return new RestClient(app.url, { ...ann.credentials!, ...(body as Partial<Credentials>) });
  }

  async function expectShut(client: RestClient): Promise<void> {
    await expect(client.call('GET', '/users/me')).rejects.toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    await expect(client.call('POST', '/auth/ticket')).rejects.toMatchObject({ status: 401 });
    await expect(SocketClient.connect(client)).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED', retryable: false } });
    await expect(SseClient.open(client, `?rooms=${roomId}`)).rejects.toThrow('401');
  }

  it('since it expired opens nothing, and closes what it had opened a minute later', async () => {
    const connections = await connect(ann);
    clock.advance(ACCESS_TTL_MS + 1_000);
    await expectShut(ann);
    const post = { roomId, clientMsgId: 'in-the-grace', text: 'still connected' };
    expect(await connections.socket.call('message.post', post)).toMatchObject({ ok: true });
    await connections.stream.until(roomId, 3);

    clock.advance(GRACE_MS);
    await eventually(() => expect(closings(connections)).toEqual(SHUT), SOON);
  });

  it('keeps its socket if it was renewed in time; only with one of the same person', async () => {
    const bob = await RestClient.register(app.url, 'bob');
    const { socket } = await connect(ann);
    const renewed = await refresh(ann.credentials?.refreshToken ?? '');
    expect(await socket.call('auth.renew', { token: bob.credentials?.accessToken })).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    clock.advance(ACCESS_TTL_MS + 1_000);
    expect(await socket.call('auth.renew', { token: renewed.credentials?.accessToken })).toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
    const again = await refresh(renewed.credentials?.refreshToken ?? '');
    expect(await socket.call('auth.renew', { token: again.credentials?.accessToken })).toMatchObject({ ok: true });
    clock.advance(GRACE_MS);
    const witness = await connect(await refresh(again.credentials?.refreshToken ?? ''));
    clock.advance(ACCESS_TTL_MS + 1_000);
    await eventually(() => expect(socket.socket.connected).toBe(false), SOON);
    expect(witness.socket.socket.connected).toBe(true);
    witness.socket.close();
    await witness.stream.close();
  });

  it('of refreshing, replayed, ends its session with everything that is open, and no other', async () => {
    const { body } = await ann.call('POST', '/auth/login', { username: ann.credentials?.username, password: 'correct horse battery' });
    const elsewhere = await connect(new RestClient(app.url, { ...ann.credentials!, ...(body as Partial<Credentials>) }));
    const stolen = ann.credentials?.refreshToken ?? '';
    const rightful = await refresh(stolen);
    const connections = await connect(rightful);
    // Within 30 s it may be a lost answer; later it is somebody else.
    expect((await refresh(stolen)).credentials?.refreshToken).toBe(rightful.credentials?.refreshToken);
    clock.advance(30_001);

    await expect(refresh(stolen)).rejects.toMatchObject({ status: 401, code: 'REFRESH_TOKEN_REUSED' });
    await expect(refresh(rightful.credentials?.refreshToken ?? '')).rejects.toMatchObject({ status: 401, code: 'REFRESH_TOKEN_REUSED' });
    await eventually(() => expect(closings(connections)).toEqual(SHUT), SOON);

    await expectShut(rightful);
    expect(closings(elsewhere)).toEqual({ socket: [], stream: [] });
    elsewhere.socket.close();
    await elsewhere.stream.close();
  });
});
