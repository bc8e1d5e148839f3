import { newId, type UserId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { type Client, GatewayCluster, type RunningGateway } from './gateway-cluster';

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('Fan-out over several gateways', () => {
  let cluster: GatewayCluster;
  let one: RunningGateway;
  let other: RunningGateway;
  let ann: Client;
  let ben: Client;

  beforeEach(async () => {
    cluster = new GatewayCluster();
    [one, other] = [await cluster.start(), await cluster.start()];
    [ann, ben] = [await cluster.connect(one), await cluster.connect(other)];
  });

  afterEach(async () => {
    await cluster.stop();
  });

  it('brings every event to the subscribers of each gateway, once and in order', async () => {
    const room = cluster.chat.room([ann.userId, ben.userId]);
    await cluster.chat.post(room, 3);
    expect(await ann.subscribe(room.roomId, '1.1')).toMatchObject({ head: 3, cursor: '1.3', more: false, events: [{ seq: 2 }, { seq: 3 }] });
    expect(await ben.subscribe(room.roomId)).toMatchObject({ head: 3, events: [] });
    for (let round = 0; round < 20; round++) await cluster.chat.post(room, 5);
    await eventually(() => {
      expect([ann.seqs(room.roomId), ben.seqs(room.roomId)]).toEqual([range(4, 103), range(4, 103)]);
    });
  });

  it('acknowledges a post and brings it to its author as well', async () => {
    const room = cluster.chat.room([ann.userId]);
    await ann.subscribe(room.roomId);
    const answer = await ann.call('message.post', { roomId: room.roomId, clientMsgId: 'k1', text: 'hello' });
    expect(answer).toMatchObject({ ok: true, seq: 1, epoch: 1, duplicate: false });
    await eventually(() => expect(ann.seqs(room.roomId)).toEqual([1]));
  });

  it('leaves no hole for what is committed while a snapshot is on its way (P24)', async () => {
    const [room, busy] = [cluster.chat.room([ann.userId]), cluster.chat.room([ann.userId])];
    await ann.subscribe(busy.roomId);
    let letGo!: () => void;
    cluster.chat.openGate = new Promise((resolve) => (letGo = resolve));
    cluster.chat.asked.length = 0;
    const subscribed = ann.subscribe(room.roomId);
    await eventually(() => expect(cluster.chat.asked).toContain('rooms.open'));
    await cluster.chat.post(room, 4);
    await cluster.chat.post(busy);
    // The frames are here, before the snapshot.
    await eventually(() => expect(ann.seqs(busy.roomId)).toEqual([1]));
    letGo();
    expect(await subscribed).toMatchObject({ head: 0 });
    await eventually(() => expect(ann.seqs(room.roomId)).toEqual([1, 2, 3, 4]));
    // They were held, not lost and read again.
    expect(cluster.chat.asked).not.toContain('rooms.tail');
  });

  it('reads what was lost from the log when the next event shows the gap', async () => {
    const room = cluster.chat.room([ann.userId]);
    await ann.subscribe(room.roomId);
    cluster.chat.isMute = true;
    await cluster.chat.post(room, 3);
    cluster.chat.isMute = false;
    await cluster.chat.post(room);
    await eventually(() => expect(ann.seqs(room.roomId)).toEqual([1, 2, 3, 4]));
    expect(cluster.chat.asked).toContain('rooms.tail');
  });

  it('reads what was lost when a newer snapshot shows that the stream is late', async () => {
    const room = cluster.chat.room([ann.userId]);
    await ann.subscribe(room.roomId);
    cluster.chat.isMute = true;
    await cluster.chat.post(room, 3);
    const late = await cluster.connect(one, ann.userId);
    expect(await late.subscribe(room.roomId)).toMatchObject({ head: 3 });
    await eventually(() => expect(ann.seqs(room.roomId)).toEqual([1, 2, 3]));
    cluster.chat.isMute = false;
    await cluster.chat.post(room);
    await eventually(() => expect([ann.seqs(room.roomId), late.seqs(room.roomId)]).toEqual([[1, 2, 3, 4], [4]]));
  });

  it('polls a room whose partition has no owner', async () => {
    cluster.chat.hasOwner = false;
    const room = cluster.chat.room([ann.userId]);
    expect(await ann.subscribe(room.roomId)).toMatchObject({ head: 0 });
    await cluster.chat.post(room, 2);
    await eventually(() => expect(ann.seqs(room.roomId)).toEqual([1, 2]));
    cluster.chat.hasOwner = true;
    await eventually(() => expect(cluster.chat.asked).toContain('interest.register'));
  });

  it('registers again with an owner that has just taken the partition, and misses nothing', async () => {
    const room = cluster.chat.room([ann.userId]);
    await ann.subscribe(room.roomId);
    cluster.chat.interest.clear();
    cluster.chat.fence = 2;
    await cluster.chat.post(room, 2);
    for (const partition of range(0, 3)) {
      await cluster.backplane.publish(await cluster.backplane.gateways(), 'control', JSON.stringify({ type: 'interest.reannounce', partition, fence: 2 }));
    }
    await eventually(() => expect(ann.seqs(room.roomId)).toEqual([1, 2]));
    await cluster.chat.post(room);
    await eventually(() => expect(ann.seqs(room.roomId)).toEqual([1, 2, 3]));
  });

  it('catches up by pages and is live from the last one on', async () => {
    const room = cluster.chat.room([ann.userId]);
    await cluster.chat.post(room, 10);
    cluster.chat.maxEvents = 4;
    expect(await ann.subscribe(room.roomId, '1.0')).toMatchObject({ cursor: '1.4', more: true });
    await cluster.chat.post(room);
    expect(await ann.call('events.fetch', { roomId: room.roomId, after: '1.4' })).toMatchObject({ ok: true, cursor: '1.8', more: true });
    expect(ann.seqs(room.roomId)).toEqual([]);
    expect(await ann.call('events.fetch', { roomId: room.roomId, after: '1.8' })).toMatchObject({ cursor: '1.11', more: false });
    await cluster.chat.post(room);
    await eventually(() => expect(ann.seqs(room.roomId)).toEqual([12]));
  });

  it('ends the subscription of who is removed right after that event, and tells why', async () => {
    const room = cluster.chat.room([ann.userId, ben.userId]);
    await Promise.all([ann.subscribe(room.roomId), ben.subscribe(room.roomId)]);
    const left = cluster.chat.commit(room, 'member.left', { userId: ben.userId }, ann.userId);
    const next = cluster.chat.commit(room, 'message.posted', {}, ann.userId);
    await cluster.chat.publish(room, [left, next]);
    await eventually(() => expect(ann.seqs(room.roomId)).toEqual([1, 2]));
    await eventually(() => expect(ben.named('resync')).toEqual([{ roomId: room.roomId, reason: 'removed' }]));
    expect(ben.seqs(room.roomId)).toEqual([1]);
    expect(await ben.subscribe(room.roomId)).toMatchObject({ error: { code: 'ROOM_NOT_FOUND' } });
  });

  it('keeps what follows from those who may not read a room that has become private', async () => {
    const room = cluster.chat.room([ann.userId], true);
    await Promise.all([ann.subscribe(room.roomId), ben.subscribe(room.roomId)]);
    const closed = cluster.chat.commit(room, 'room.updated', { kind: 'private' });
    const next = cluster.chat.commit(room, 'message.posted', {});
    await cluster.chat.publish(room, [closed, next]);
    await eventually(() => expect(ann.seqs(room.roomId)).toEqual([1, 2]));
    await eventually(() => expect(ben.named('resync')).toEqual([{ roomId: room.roomId, reason: 'private' }]));
    expect(ben.seqs(room.roomId)).toEqual([1]);
  });

  it('brings badges of rooms that a connection is not subscribed to', async () => {
    const room = cluster.chat.room([ann.userId]);
    const device = await cluster.connect(one, newId<UserId>());
    room.members.add(device.userId);
    const second = await cluster.connect(other, device.userId);
    await eventually(() => expect(cluster.chat.asked).toContain('interest.register'));
    await cluster.chat.post(room);
    await eventually(() => expect(second.named('heads')).toMatchObject([[{ roomId: room.roomId, head: 1, unreadCount: 1 }]]));
    expect(second.events).toEqual([]);
  });

  it('brings the badges that a new owner had nobody to tell of, of rooms that something happened in', async () => {
    const device = await cluster.connect(one, newId<UserId>());
    const [room, quiet] = [cluster.chat.room([device.userId]), cluster.chat.room([device.userId])];
    const changes = [room, quiet].map(({ roomId }) => ({ roomId, change: 'joined' }));
    await cluster.backplane.publish(await cluster.backplane.gateways(), 'users', JSON.stringify([{ userId: device.userId, rev: 1, changes }]));
    await eventually(() => expect(device.named('heads').flat()).toHaveLength(2));
    const told = device.named('heads').length;
    cluster.chat.interest.clear();
    cluster.chat.fence = 2;
    await cluster.chat.post(room);
    for (const partition of range(0, 3)) {
      await cluster.backplane.publish(await cluster.backplane.gateways(), 'control', JSON.stringify({ type: 'interest.reannounce', partition, fence: 2 }));
    }
    await eventually(() => expect(device.named('heads').slice(told)).toMatchObject([[{ roomId: room.roomId, head: 1 }]]));
  });

  it('brings the badge of a room that was written to right after somebody was put in', async () => {
    const device = await cluster.connect(one, newId<UserId>());
    await eventually(() => expect(device.named('rooms')).toHaveLength(1));
    const room = cluster.chat.room([device.userId]);
    let register = (): void => undefined;
    cluster.chat.registerGate = new Promise((resolve) => (register = resolve));
    const changes = [{ roomId: room.roomId, change: 'joined' }];
    await cluster.backplane.publish(await cluster.backplane.gateways(), 'users', JSON.stringify([{ userId: device.userId, rev: 1, changes }]));
    await eventually(() => expect(cluster.chat.asked).toContain('interest.register'));
    // The owner doesn't know yet that somebody here wants it.
    await cluster.chat.post(room);
    register();
    await eventually(() => expect(device.named('heads')).toMatchObject([[{ roomId: room.roomId, head: 1, unreadCount: 1 }]]));
  });

  it('sends the rev of the room list on connect, and each change', async () => {
    for (const person of [ann, ben]) await eventually(() => expect(person.named('rooms')).toEqual([{ rev: 0, changes: [] }]));
    const changes = [{ roomId: newId(), change: 'invited' }];
    await cluster.backplane.publish(await cluster.backplane.gateways(), 'users', JSON.stringify([{ userId: ann.userId, rev: 1, changes }]));
    await eventually(() =>
      expect(ann.named('rooms')).toEqual([
        { rev: 0, changes: [] },
        { rev: 1, changes },
      ]),
    );
    expect(ben.named('rooms')).toEqual([{ rev: 0, changes: [] }]);
  });

  it('moves read marks of one second as one and tells other devices', async () => {
    const room = cluster.chat.room([ann.userId]);
    await cluster.chat.post(room, 9);
    const device = await cluster.connect(one, ann.userId);
    const answers = await Promise.all([3, 5, 9, 4].map((seq) => ann.call('room.read', { roomId: room.roomId, seq })));
    expect(answers).toEqual(Array.from({ length: 4 }, () => ({ ok: true, unreadCount: 7 })));
    expect(cluster.chat.marks.map(({ seq }) => seq)).toEqual([3, 9]);
    await eventually(() => expect(device.named('heads').at(-1)).toMatchObject([{ roomId: room.roomId, readSeq: 9 }]));
    expect(ann.named('heads')).toEqual([]);
  });
});
