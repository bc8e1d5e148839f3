import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { type EphemeralItem } from '@agent-chat/contracts';
import { InMemoryEphemeralStore } from '@agent-chat/ephemeral-store/adapters/memory';
import { type GatewayId, newId, type RoomId, type UserId } from '@agent-chat/kernel';
import { eventually, FakeClock } from '@agent-chat/testing';
import { EphemeralPublisher } from './ephemeral-publisher';
import { PresenceBoard } from './presence-board';
import { Presences } from './presences';
import { Typists } from './typists';
import { Watchers } from './watchers';

const TTL_MS = 30_000;
const NOTHING = { userIds: [], roomIds: [] };

describe('The presence service', () => {
  const [here, elsewhere] = [newId<GatewayId>(), newId<GatewayId>()];
  const [ann, ben, room] = [newId<UserId>(), newId<UserId>(), newId<RoomId>()];
  let clock: FakeClock;
  let store: InMemoryEphemeralStore;
  let backplane: InMemoryBackplane;
  let board: PresenceBoard;
  let presences: Presences;
  let typists: Typists;
  let watchers: Watchers;
  let publisher: EphemeralPublisher;
  let heard: EphemeralItem[];

  beforeEach(async () => {
    clock = new FakeClock();
    store = new InMemoryEphemeralStore({ clock });
    backplane = new InMemoryBackplane();
    watchers = new Watchers(store);
    publisher = new EphemeralPublisher(backplane, watchers);
    board = new PresenceBoard(store, clock);
    presences = new Presences(board, publisher, clock);
    typists = new Typists(store, publisher, clock);
    heard = [];
    await backplane.listen(here, (_channel, message) => void heard.push(...(JSON.parse(message) as { items: EphemeralItem[] }).items));
  });

  afterEach(async () => {
    publisher.onModuleDestroy();
    await backplane.close();
    await store.close();
  });

  const report = async (gatewayId: GatewayId, present: UserId[], gone: UserId[] = [], status: 'online' | 'away' = 'online') =>
    presences.report({ gatewayId, ttlMs: TTL_MS, present: present.map((userId) => ({ userId, status })), gone });

  const watch = (ttlMs: number, userIds: UserId[], roomIds: RoomId[]) => watchers.change(here, ttlMs, { userIds, roomIds }, NOTHING);

  it('tells the gateways that watch somebody, and no others', async () => {
    await watch(TTL_MS, [ann], []);
    await report(elsewhere, [ann, ben]);
    await eventually(() => expect(heard).toEqual([{ type: 'presence', userId: ann, status: 'online' }]));
  });

  it('counts somebody as online who is online on any gateway', async () => {
    await report(here, [ann], [], 'away');
    await report(elsewhere, [ann]);
    expect(await board.read([ann])).toEqual([{ userId: ann, status: 'online' }]);
    await report(elsewhere, [], [ann]);
    expect(await board.read([ann])).toMatchObject([{ status: 'away' }]);
    expect(await board.gatewaysOf([ann])).toEqual([[here]]);
  });

  it('notices people whose gateway died, and knows when they were last seen', async () => {
    await watch(TTL_MS * 10, [ann], []);
    await report(elsewhere, [ann]);
    clock.advance(TTL_MS + 1);
    await presences.lookForLapsed();
    await eventually(() => expect(heard.at(-1)).toEqual({ type: 'presence', userId: ann, status: 'offline', lastSeenAt: clock.nowIso() }));
  });

  it('leaves people alone whose gateway has told another process since', async () => {
    await watch(TTL_MS * 10, [ann], []);
    await report(elsewhere, [ann]);
    await eventually(() => expect(heard).toHaveLength(1));
    clock.advance(TTL_MS - 1);
    await board.put(elsewhere, ann, { status: 'online' }, TTL_MS);
    clock.advance(1);
    await presences.lookForLapsed();
    const seen = await store.fields([`presence:seen:${ann}`]);
    expect([seen[0]?.size, (await board.read([ann]))[0]?.status]).toEqual([0, 'online']);
  });

  it('says nothing when a gateway repeats what it said', async () => {
    await watch(TTL_MS, [ann, ben], []);
    await report(elsewhere, [ann]);
    await eventually(() => expect(heard).toHaveLength(1));
    await report(elsewhere, [ann]);
    await report(elsewhere, [ben]);
    await eventually(() => expect(heard).toHaveLength(2));
    expect(heard.map(({ userId }) => userId)).toEqual([ann, ben]);
  });

  it('forgets what a gateway no longer watches', async () => {
    await watch(TTL_MS, [ann], [room]);
    await watchers.change(here, TTL_MS, NOTHING, { userIds: [ann], roomIds: [] });
    expect([await watchers.ofUsers([ann]), await watchers.ofRooms([room])]).toEqual([[[]], [[here]]]);
  });

  it('ends typing after six seconds without a word', async () => {
    await watch(TTL_MS, [], [room]);
    await typists.set(room, ann, true);
    await eventually(() => expect(heard).toEqual([{ type: 'typing', roomId: room, userId: ann, typing: true }]));
    clock.advance(5_999);
    await typists.lookForLapsed();
    clock.advance(1);
    await typists.lookForLapsed();
    await eventually(() => expect(heard).toHaveLength(2));
    expect(heard[1]).toMatchObject({ typing: false });
  });
});
