import { newId, type UserId } from '@agent-chat/kernel';
import { deferred, eventually } from '@agent-chat/testing';
import { io } from 'socket.io-client';
import { ConnectionDrain } from '../../../apps/gateway/src/application/realtime/connection-drain';
import { ConnectionRegistry } from '../../../apps/gateway/src/application/realtime/connection-registry';
import { webSocketTextFrame } from '../../../apps/gateway/src/interface/realtime/socket-frame';
import { type Json } from './event-source';
import { type Client, GatewayCluster } from './gateway-cluster';

describe('A socket', () => {
  let cluster: GatewayCluster;

  beforeEach(() => {
    cluster = new GatewayCluster();
  });

  afterEach(async () => {
    await cluster.stop();
  });

  it('is refused without a good token, with the error as data', async () => {
    const gateway = await cluster.start();
    await expect(cluster.connect(gateway, 'nonsense')).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED', retryable: false } });
  });

  it('is refused when its user has as many as allowed, or the process', async () => {
    const gateway = await cluster.start({ MAX_CONNECTIONS: '3', MAX_CONNECTIONS_PER_USER: '2' });
    const { userId } = await cluster.connect(gateway);
    await cluster.connect(gateway, userId);
    await expect(cluster.connect(gateway, userId)).rejects.toMatchObject({ data: { code: 'LIMIT_REACHED' } });
    await cluster.connect(gateway);
    await expect(cluster.connect(gateway)).rejects.toMatchObject({ data: { code: 'UNAVAILABLE', retryable: true, retryAfterMs: 5_000 } });
  });

  it('is one of as many as allowed also when they all come at once', async () => {
    const gateway = await cluster.start({ MAX_CONNECTIONS: '5', MAX_CONNECTIONS_PER_USER: '3' });
    const [ann, bob] = [newId<UserId>(), newId<UserId>()];
    const [directory, authenticate] = [deferred(), cluster.authenticator.authenticate.bind(cluster.authenticator)];
    const asked = jest.spyOn(cluster.authenticator, 'authenticate').mockImplementation((token) => directory.promise.then(() => authenticate(token)));
    const connecting = Array.from({ length: 40 }, (_, at) => cluster.connect(gateway, at % 2 === 0 ? ann : bob).catch(() => undefined));
    await eventually(() => expect(asked).toHaveBeenCalledTimes(40));
    directory.resolve();
    const sockets = await Promise.all(connecting);
    const connections = gateway.app.get(ConnectionRegistry);
    expect([connections.size, Math.max(connections.of(ann).length, connections.of(bob).length)]).toEqual([5, 3]);
    await eventually(() => expect(sockets.filter((socket) => socket?.disconnected === undefined && socket !== undefined)).toHaveLength(5));
    for (const socket of sockets) expect(socket?.named('closing')[0]?.code ?? 'LIMIT_REACHED').toMatch(/^(LIMIT_REACHED|UNAVAILABLE)$/);
  });

  it('is told the rev of its room list together with those who connect at the same time', async () => {
    const gateway = await cluster.start();
    const asked = jest.spyOn(cluster.queries, 'ask');
    const sockets = await Promise.all(Array.from({ length: 20 }, () => cluster.connect(gateway)));
    for (const socket of sockets) await eventually(() => expect(socket.named('rooms')).toEqual([{ rev: 0, changes: [] }]));
    expect(asked.mock.calls.filter(([query]) => query === 'users.revs').length).toBeLessThanOrEqual(5);
  });

  it('answers what it does not know or cannot read, and survives it', async () => {
    const ann = await cluster.connect(await cluster.start());
    expect(await ann.call('no.such', {})).toMatchObject({ ok: false, error: { code: 'UNKNOWN_EVENT' } });
    for (const body of [undefined, null, 7, 'text', [], {}, Buffer.from('binary'), { rooms: Buffer.from('x') }, { rooms: [{ roomId: 'x' }] }]) {
      expect(await ann.call('room.subscribe', body)).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED', retryable: false } });
    }
    ann.socket.emit('room.subscribe');
    ann.socket.emit('no.such', Buffer.from('x'));
    ann.socket.emit('message.post', { roomId: 1 });
    const room = cluster.chat.room([ann.userId]);
    expect(await ann.subscribe(room.roomId)).toMatchObject({ head: 0 });
  });

  it('is closed with FRAME_TOO_LARGE above 128 KB', async () => {
    const ann = await cluster.connect(await cluster.start());
    expect(await ann.call('room.subscribe', { rooms: [], padding: 'x'.repeat(127 * 1024) })).toMatchObject({ ok: false });
    ann.socket.emit('room.subscribe', { rooms: [], padding: 'x'.repeat(129 * 1024) });
    await eventually(() => expect(ann.disconnected).toBeDefined());
    expect(ann.named('closing')).toEqual([{ code: 'FRAME_TOO_LARGE' }]);
  });

  it('is closed when its session ends, within five seconds', async () => {
    const gateway = await cluster.start();
    const userId = newId<UserId>();
    const [ann, other] = [await cluster.connect(gateway, `${userId}:lost`), await cluster.connect(gateway, `${userId}:kept`)];
    cluster.authenticator.ended.add('lost');
    await eventually(() => expect(ann.named('closing')).toEqual([{ code: 'UNAUTHENTICATED' }]));
    await eventually(() => expect(ann.disconnected).toBeDefined());
    expect(other.disconnected).toBeUndefined();
  });

  it('is closed sixty seconds after its token has run out, unless it was renewed', async () => {
    const gateway = await cluster.start();
    const userId = newId<UserId>();
    const expired = `${userId}:s:${performance.timeOrigin + performance.now() - 61_000}`;
    const [ann, ben] = [await cluster.connect(gateway, expired), await cluster.connect(gateway, expired)];
    expect(await ben.call('auth.renew', { token: newId() })).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(await ben.call('auth.renew', { token: userId })).toEqual({ ok: true });
    await eventually(() => expect(ann.named('closing')).toEqual([{ code: 'UNAUTHENTICATED' }]));
    expect(ben.disconnected).toBeUndefined();
  });

  it('keeps the order of its posts in a room', async () => {
    const ann = await cluster.connect(await cluster.start());
    const room = cluster.chat.room([ann.userId]);
    const posts = Array.from({ length: 50 }, (_, at) => ann.call('message.post', { roomId: room.roomId, clientMsgId: `k${at}`, text: `text ${at}` }));
    expect((await Promise.all(posts)).map(({ seq }) => seq)).toEqual(posts.map((_, at) => at + 1));
    expect(room.log.map(({ data }) => data!['text'])).toEqual(posts.map((_, at) => `text ${at}`));
  });

  it('is limited in its frames and told when it may go on', async () => {
    const ann = await cluster.connect(await cluster.start({ RATE_LIMITS: '{"socket.frame":{"limit":5,"windowMs":60000}}' }));
    const answers = await Promise.all(Array.from({ length: 6 }, () => ann.call('room.unsubscribe', { roomIds: [newId()] })));
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, true, false]);
    expect(answers[5].error).toMatchObject({ code: 'RATE_LIMITED', retryable: true, retryAfterMs: expect.any(Number) });
  });

  it('may have only so many subscriptions', async () => {
    const ann = await cluster.connect(await cluster.start({ SUBSCRIPTIONS_PER_CONNECTION: '1' }));
    const [one, other] = [cluster.chat.room([ann.userId]), cluster.chat.room([ann.userId])];
    await ann.subscribe(one.roomId);
    const refused = await ann.call('room.subscribe', { rooms: [{ roomId: other.roomId }] });
    expect(refused).toMatchObject({ ok: false, error: { code: 'TOO_MANY_SUBSCRIPTIONS' } });
    await ann.call('room.unsubscribe', { roomIds: [one.roomId] });
    expect(await ann.subscribe(other.roomId)).toMatchObject({ head: 0 });
  });

  it('that does not read is closed with SLOW_CONSUMER and loses nothing silently', async () => {
    const gateway = await cluster.start({ OUTBOUND_QUEUE_BYTES: String(512 * 1024) });
    const [slow, quick] = [await cluster.connect(gateway), await cluster.connect(gateway)];
    const room = cluster.chat.room([slow.userId, quick.userId]);
    await Promise.all([slow.subscribe(room.roomId), quick.subscribe(room.roomId)]);
    const tcp = (slow.socket.io.engine as unknown as { transport: { ws: { _socket: { pause(): void; resume(): void } } } }).transport.ws._socket;
    tcp.pause();
    const registry = gateway.app.get(ConnectionRegistry);
    await eventually(
      async () => {
        await cluster.chat.happen(room, 'message.posted', { text: 'x'.repeat(100_000) });
        expect(registry.of(slow.userId).length).toBe(0);
      },
      { timeoutMs: 20_000 },
    );
    tcp.resume();
    await eventually(() => expect(slow.disconnected).toBeDefined());
    // What it got has no hole.
    const seqs = slow.seqs(room.roomId);
    expect(seqs).toEqual(seqs.map((_, at) => at + 1));
    await eventually(() => expect(quick.seqs(room.roomId)).toHaveLength(room.log.length));
  });

  it('is told to go elsewhere when the process drains, and nobody else is let in', async () => {
    const gateway = await cluster.start();
    const clients = await Promise.all(Array.from({ length: 5 }, async () => cluster.connect(gateway)));
    const drained = gateway.app.get(ConnectionDrain).drain();
    await expect(cluster.connect(gateway)).rejects.toMatchObject({ data: { code: 'DRAINING', retryable: true } });
    await drained;
    await eventually(() => expect(clients.every(({ disconnected }) => disconnected !== undefined)).toBe(true));
    for (const client of clients) expect(client.named('drain')).toEqual([{ reconnectInMs: expect.any(Number) }]);
  });

  it('that leaves gets the answers to its calls first, and no further call is taken', async () => {
    const gateway = await cluster.start();
    const ann = await cluster.connect(gateway);
    const room = cluster.chat.room([ann.userId]);
    const gate = deferred();
    cluster.chat.openGate = gate.promise;
    const subscribing = ann.subscribe(room.roomId);
    const drained = gateway.app.get(ConnectionDrain).drain();
    await eventually(async () => expect(await ann.call('presence.set', { status: 'away' })).toMatchObject({ ok: false, error: { code: 'DRAINING' } }));
    expect(ann.disconnected).toBeUndefined();
    gate.resolve();
    expect(await subscribing).toMatchObject({ head: 0 });
    await drained;
    await eventually(() => expect(ann.disconnected).toBeDefined());
    expect(ann.named('closing')).toEqual([{ code: 'DRAINING' }]);
  });

  it('speaks WebSocket only', async () => {
    const gateway = await cluster.start();
    const socket = io(gateway.url, { transports: ['polling'], auth: { token: newId() }, reconnection: false });
    await expect(new Promise((resolve, reject) => socket.once('connect', () => resolve(undefined)).once('connect_error', reject))).rejects.toThrow(
      'xhr poll error',
    );
  });

  it('gets the same buffer as all other sockets of the room', async () => {
    const gateway = await cluster.start();
    const clients: Client[] = await Promise.all(Array.from({ length: 3 }, async () => cluster.connect(gateway)));
    const room = cluster.chat.room(clients.map(({ userId }) => userId));
    await Promise.all(clients.map(async (client) => client.subscribe(room.roomId)));
    const written = new Set<unknown>();
    const registry = gateway.app.get(ConnectionRegistry);
    for (const connection of registry.all()) {
      const { _socket: wire } = (connection as Json).socket.conn.transport.socket;
      const write = wire.write.bind(wire);
      wire.write = (frame: Buffer, done?: () => void) => {
        if (frame.includes('"events"')) written.add(frame);
        return write(frame, done);
      };
    }
    await cluster.chat.post(room);
    await eventually(() => expect(clients.map((client) => client.seqs(room.roomId))).toEqual([[1], [1], [1]]));
    expect(written.size).toBe(1);
  });

  it.each([0, 125, 126, 65_535, 65_536, 200_000])('frames a text of %d bytes as RFC 6455 says', (length) => {
    const frame = webSocketTextFrame('é'.repeat(Math.floor(length / 2)) + 'x'.repeat(length % 2));
    const short = frame[1]!;
    const [told, header] = short < 126 ? [short, 2] : short === 126 ? [frame.readUInt16BE(2), 4] : [Number(frame.readBigUInt64BE(2)), 10];
    expect([frame[0], told, frame.length]).toEqual([0x81, length, header + length]);
  });
});
