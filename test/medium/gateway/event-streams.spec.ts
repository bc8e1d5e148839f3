import { newId, type UserId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { EventStreamClient } from './event-source';
import { GatewayCluster, type RunningGateway } from './gateway-cluster';

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('Event streams', () => {
  let cluster: GatewayCluster;
  let one: RunningGateway;
  let other: RunningGateway;
  const ann = newId<UserId>();
  const open: EventStreamClient[] = [];

  beforeEach(async () => {
    cluster = new GatewayCluster();
    [one, other] = [await cluster.start(), await cluster.start()];
  });

  afterEach(async () => {
    for (const stream of open.splice(0)) stream.close();
    await cluster.stop();
  });

  async function stream(gateway: RunningGateway, query = '', lastId?: string): Promise<EventStreamClient> {
    const headers = { authorization: `Bearer ${ann}`, ...(lastId === undefined ? {} : { 'last-event-id': lastId }) };
    const client = await EventStreamClient.open(`${gateway.url}/api/v1/events${query}`, headers);
    open.push(client);
    return client;
  }

  it('bring the events of the rooms named, and go on without a hole on another gateway', async () => {
    const [room, quiet] = [cluster.chat.room([ann]), cluster.chat.room([ann])];
    await cluster.chat.post(quiet, 2);
    const query = `?rooms=${room.roomId},${quiet.roomId}`;
    const first = await stream(one, query);
    expect(first.response.statusCode).toBe(200);
    expect(first.response.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    await eventually(() => expect(first.lastId).toBeDefined());
    await cluster.chat.post(room, 5);
    await eventually(() => expect(first.seqs(room.roomId)).toEqual(range(1, 5)));
    first.close();
    await cluster.chat.post(room, 5);
    await cluster.chat.post(quiet, 1);
    const second = await stream(other, query, first.lastId);
    await eventually(() => expect([second.seqs(room.roomId), second.seqs(quiet.roomId)]).toEqual([range(6, 10), [3]]));
    await cluster.chat.post(room);
    await eventually(() => expect(second.seqs(room.roomId)).toEqual(range(6, 11)));
    expect(second.of('resync')).toEqual([]);
  });

  it('page through a long backlog and then go live', async () => {
    const room = cluster.chat.room([ann]);
    const first = await stream(one, `?rooms=${room.roomId}`);
    await eventually(() => expect(first.lastId).toBeDefined());
    first.close();
    await cluster.chat.post(room, 50);
    cluster.chat.maxEvents = 7;
    const second = await stream(other, `?rooms=${room.roomId}&after=${first.lastId}`);
    await eventually(() => expect(second.seqs(room.roomId)).toEqual(range(1, 50)));
    cluster.chat.maxEvents = 500;
    await eventually(() => expect(cluster.chat.interest.size).toBe(1));
    await cluster.chat.post(room, 3);
    await eventually(() => expect(second.seqs(room.roomId)).toEqual(range(1, 53)));
  });

  it('without rooms follow all of the person’s rooms, those joined later as well', async () => {
    const [room, later] = [cluster.chat.room([ann]), cluster.chat.room([])];
    const client = await stream(one);
    await eventually(() => expect(client.lastId).toBeDefined());
    await cluster.chat.post(room);
    await eventually(() => expect(client.seqs(room.roomId)).toEqual([1]));
    later.members.add(ann);
    const opened = cluster.chat.asked.length;
    await cluster.backplane.publish(
      await cluster.backplane.gateways(),
      'users',
      JSON.stringify([{ userId: ann, rev: 1, changes: [{ roomId: later.roomId, change: 'joined' }] }]),
    );
    await eventually(() => expect(cluster.chat.asked.slice(opened)).toContain('rooms.open'));
    await eventually(() => expect(client.of('rooms')).toContainEqual({ rev: 1, changes: [{ roomId: later.roomId, change: 'joined' }] }));
    await eventually(async () => {
      await cluster.chat.post(later);
      expect(client.seqs(later.roomId).length).toBeGreaterThan(0);
    });
  });

  it('without rooms bring those that are there, and the others from where they were once these are back', async () => {
    const [room, later] = [cluster.chat.room([ann]), cluster.chat.room([ann])];
    const first = await stream(one);
    await eventually(() => expect(first.lastId).toBeDefined());
    await cluster.chat.post(later, 2);
    await eventually(() => expect(first.seqs(later.roomId)).toEqual([1, 2]));
    first.close();
    await cluster.chat.post(later, 2);
    cluster.chat.away.add(later);
    const second = await stream(other, '', first.lastId);
    await cluster.chat.post(room);
    await eventually(() => expect(second.seqs(room.roomId)).toEqual([1]));
    expect(second.seqs(later.roomId)).toEqual([]);
    cluster.chat.away.clear();
    await eventually(() => expect(second.seqs(later.roomId)).toEqual([3, 4]), { timeoutMs: 10_000 });
    expect(second.of('resync')).toEqual([]);
  });

  it('answer resync for a room whose position they do not know, and go on from its head', async () => {
    const [room, unknown] = [cluster.chat.room([ann]), cluster.chat.room([ann])];
    const first = await stream(one, `?rooms=${room.roomId}`);
    await eventually(() => expect(first.lastId).toBeDefined());
    await cluster.chat.post(unknown, 4);
    const second = await stream(other, `?rooms=${room.roomId},${unknown.roomId}`, first.lastId);
    await eventually(() => expect(second.of('resync')).toEqual([{ roomId: unknown.roomId, reason: 'unknown_position' }]));
    await eventually(() => expect(second.lastId).toBeDefined());
    await cluster.chat.post(unknown);
    await eventually(() => expect(second.seqs(unknown.roomId)).toEqual([5]));
  });

  it('answer resync for a cursor of another epoch', async () => {
    const room = cluster.chat.room([ann]);
    const first = await stream(one, `?rooms=${room.roomId}`);
    await eventually(() => expect(first.lastId).toBeDefined());
    room.epoch = 2;
    const second = await stream(other, `?rooms=${room.roomId}`, first.lastId);
    await eventually(() => expect(second.of('resync')).toEqual([{ roomId: room.roomId, reason: 'resync_required' }]));
    await eventually(async () => {
      await cluster.chat.post(room);
      expect(second.seqs(room.roomId).length).toBeGreaterThan(0);
    });
  });

  it('open with a ticket, and not without anything', async () => {
    const room = cluster.chat.room([ann]);
    const url = `${one.url}/api/v1/events?rooms=${room.roomId}`;
    const ticket = await EventStreamClient.open(`${url}&ticket=ticket-${ann}`, {});
    open.push(ticket);
    expect(ticket.response.statusCode).toBe(200);
    const nothing = await EventStreamClient.open(url, {});
    expect(nothing.response.statusCode).not.toBe(200);
  });

  it('tell a drain and end', async () => {
    const { ConnectionDrain } = await import('../../../apps/gateway/src/application/realtime/connection-drain');
    const client = await stream(one, `?rooms=${cluster.chat.room([ann]).roomId}`);
    await eventually(() => expect(client.lastId).toBeDefined());
    await one.app.get(ConnectionDrain).drain();
    await eventually(() => expect(client.isClosed).toBe(true));
    expect(client.of('drain')).toEqual([{ reconnectInMs: expect.any(Number) }]);
    expect(client.of('closing')).toEqual([{ code: 'DRAINING' }]);
  });
});
