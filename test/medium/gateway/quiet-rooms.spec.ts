import { eventually } from '@agent-chat/testing';
import { fakeIntervals } from '../../support/fake-intervals';
import { type Client, GatewayCluster } from './gateway-cluster';

const CHECK_MS = 30_000;

describe('Each 30 seconds a gateway', () => {
  let cluster: GatewayCluster;
  let ann: Client;

  beforeEach(async () => {
    fakeIntervals();
    cluster = new GatewayCluster();
    ann = await cluster.connect(await cluster.start());
    await eventually(() => expect(ann.named('rooms')).toEqual([{ rev: 0, changes: [] }]));
  });

  afterEach(async () => {
    jest.useRealTimers();
    await cluster.stop();
  });

  it('reads what was lost in a room where nothing else happens (P27)', async () => {
    const room = cluster.chat.room([ann.userId]);
    await ann.subscribe(room.roomId);
    cluster.chat.isMute = true;
    await cluster.chat.post(room, 3);
    expect(ann.seqs(room.roomId)).toEqual([]);
    jest.advanceTimersByTime(CHECK_MS);

    await eventually(() => expect(ann.seqs(room.roomId)).toEqual([1, 2, 3]));
  });

  it('ends the subscriptions to a room whose history was restored meanwhile (P27, P29)', async () => {
    const room = cluster.chat.room([ann.userId]);
    await cluster.chat.post(room, 3);
    await ann.subscribe(room.roomId);
    room.epoch = 2;
    room.log.pop();
    jest.advanceTimersByTime(CHECK_MS);

    await eventually(() => expect(ann.named('resync')).toEqual([{ roomId: room.roomId, reason: 'restored' }]));
  });

  it.each([7, -1])('tells people the rev of their room list that it did not know, such as %d after 0 (P27, P32)', async (rev) => {
    cluster.chat.revs.set(ann.userId, rev);
    jest.advanceTimersByTime(CHECK_MS);
    await eventually(() => expect(ann.named('rooms').slice(1)).toEqual([{ rev, changes: [] }]));
    jest.advanceTimersByTime(CHECK_MS);
    await ann.call('room.subscribe', { rooms: [] });

    expect(ann.named('rooms')).toHaveLength(2);
  });
});
