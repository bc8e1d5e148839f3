import { newId, type UserId } from '@agent-chat/kernel';
import { deferred } from '@agent-chat/testing';
import { RateLimiter } from '../../../apps/gateway/src/application/limits/rate-limiter';
import { ConnectionRegistry } from '../../../apps/gateway/src/application/realtime/connection-registry';
import { GatewayCluster } from './gateway-cluster';

const REFUSED = { ok: false, error: { code: 'RATE_LIMITED', retryable: true, retryAfterMs: expect.any(Number) } };

describe('the limit on reading over sockets', () => {
  let cluster: GatewayCluster;
  beforeEach(() => {
    cluster = new GatewayCluster();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await cluster.stop();
  });

  it('counts each room of a subscription and each fetch, of one person over all their sockets', async () => {
    const gateway = await cluster.start({ RATE_LIMITS: '{"socket.read":{"limit":4,"windowMs":600000}}' });
    const userId = newId<UserId>();
    const [one, other, stranger] = [await cluster.connect(gateway, userId), await cluster.connect(gateway, userId), await cluster.connect(gateway)];
    const rooms = Array.from({ length: 4 }, () => cluster.chat.room([userId, stranger.userId]));
    const fetch = { roomId: rooms[0]!.roomId, after: '1.0', limit: 1 };

    expect(await one.call('room.subscribe', { rooms: rooms.slice(0, 3).map(({ roomId }) => ({ roomId })) })).toMatchObject({ ok: true });
    expect(await other.call('events.fetch', fetch)).toMatchObject({ ok: true });
    expect(await one.call('events.fetch', fetch)).toMatchObject(REFUSED);
    expect(await other.call('room.subscribe', { rooms: [{ roomId: rooms[3]!.roomId }] })).toMatchObject(REFUSED);
    const subscribed = [...gateway.app.get(ConnectionRegistry).of(userId)].map(({ subscriptions }) => subscriptions.size);
    expect(subscribed.sort()).toEqual([0, 3]);
    expect(await stranger.call('room.subscribe', { rooms: rooms.map(({ roomId }) => ({ roomId })) })).toMatchObject({ ok: true });
  });

  it('lets a subscription to more rooms than it allows at once through, when nothing was read before', async () => {
    const ann = await cluster.connect(await cluster.start({ RATE_LIMITS: '{"socket.read":{"limit":2,"windowMs":600000}}' }));
    const rooms = Array.from({ length: 4 }, () => ({ roomId: cluster.chat.room([ann.userId]).roomId }));

    expect(await ann.call('room.subscribe', { rooms })).toMatchObject({ ok: true });
    expect(await ann.call('room.subscribe', { rooms })).toMatchObject(REFUSED);
  });

  it('lets someone reconnect three clients with a thousand rooms each', async () => {
    const gateway = await cluster.start();
    const userId = newId<UserId>();
    const rooms = Array.from({ length: 1_000 }, () => ({ roomId: cluster.chat.room([userId]).roomId }));
    for (let client = 0; client < 3; client++) {
      const socket = await cluster.connect(gateway, userId);
      const calls = Array.from({ length: 10 }, (_, at) => socket.call('room.subscribe', { rooms: rooms.slice(at * 100, at * 100 + 100) }));
      expect(await Promise.all(calls)).toEqual(calls.map(() => expect.objectContaining({ ok: true })));
    }
  });

  it('has no later call overtake a subscription that it still decides about', async () => {
    const gateway = await cluster.start();
    const ann = await cluster.connect(gateway);
    const { roomId } = cluster.chat.room([ann.userId]);
    const limiter = gateway.app.get(RateLimiter);
    const [decision, take] = [deferred(), limiter.take.bind(limiter)];
    jest.spyOn(limiter, 'take').mockImplementation((...call) => decision.promise.then(() => take(...call)));

    const subscribing = ann.call('room.subscribe', { rooms: [{ roomId }] });
    expect(await ann.call('room.unsubscribe', { roomIds: [roomId] })).toEqual({ ok: true });
    decision.resolve();

    expect(await subscribing).toMatchObject({ ok: true });
    expect([...gateway.app.get(ConnectionRegistry).of(ann.userId)].map(({ subscriptions }) => subscriptions.size)).toEqual([0]);
  });
});
