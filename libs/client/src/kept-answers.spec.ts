import { Http, type Fetch, type HttpCall } from './http';
import { KeptAnswers } from './kept-answers';
import { RoomList } from './room-list';
import { RoomsApi } from './rooms-api';
import { memoryStorage } from './storage';
import { SteeredEnvironment, settle } from './testing/steered-environment';
import { type Room } from './types';

const MEMBERS: HttpCall = { method: 'GET', path: '/rooms/a/members', keptAs: '/rooms/a/members' };
const LOBBY = { roomId: 'a', name: 'lobby', head: 1, epoch: 1, createdAt: '2026-03-01T00:00:00.000Z' } as Room;

function open() {
  const environment = new SteeredEnvironment();
  const network = { answer: undefined as object | undefined, status: 200, calls: 0, isOff: false };
  const fetch: Fetch = async () => {
    network.calls++;
    if (network.answer === undefined) throw new TypeError('fetch failed');
    return { status: network.status, headers: { get: () => null }, text: async () => JSON.stringify(network.answer) };
  };
  const person = { userId: 'u-ada' as string | undefined };
  const storage = memoryStorage();
  const kept = new KeptAnswers({ storage, environment, prefix: 'test', me: () => person.userId, isOffline: () => network.isOff });
  const tokens = { renewAtMs: undefined, token: async () => 'token' };
  const http = new Http('http://server', environment, fetch, {}).withTokens(tokens, kept);
  return { environment, network, person, storage, kept, http };
}

describe('answers that are kept', () => {
  it('stand in, marked, where the server cannot be reached', async () => {
    const { network, http } = open();
    network.answer = { items: [1] };
    expect(await http.request(MEMBERS)).toEqual({ items: [1] });
    network.answer = undefined;
    expect(await http.request(MEMBERS)).toEqual({ items: [1], kept: true });
  });

  it('stand in at once where there is no network, without asking', async () => {
    const { network, http } = open();
    network.answer = { items: [1] };
    await http.request(MEMBERS);
    network.isOff = true;
    expect(await http.request(MEMBERS)).toMatchObject({ kept: true });
    expect(network.calls).toBe(1);
  });

  it('are never given for a refusal, for another call, or to somebody else', async () => {
    const { environment, network, person, http } = open();
    network.answer = { items: [1] };
    await http.request(MEMBERS);
    network.status = 403;
    network.answer = { code: 'NOT_A_MEMBER', retryable: false };
    await expect(http.request(MEMBERS)).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    network.answer = undefined;
    const others = [http.request({ method: 'GET', path: '/rooms/a/members' }), http.request({ ...MEMBERS, keptAs: '/rooms/b/members' })];
    person.userId = 'u-ben';
    others.push(http.request(MEMBERS));
    const outcomes = Promise.allSettled(others);
    await environment.advance(60_000);
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('are kept without a storm of writes, the newest at last', async () => {
    const { environment, storage, kept } = open();
    const set = jest.spyOn(storage, 'set');
    for (let turn = 1; turn <= 50; turn++) kept.keepSoon('/rooms', () => ({ turn }));
    await environment.advance(3_000);
    expect(set).toHaveBeenCalledTimes(1);
    expect(await kept.find('/rooms')).toEqual({ turn: 50, kept: true });
  });

  it('are not written any more for somebody who has signed out', async () => {
    const { environment, storage, kept, person } = open();
    const set = jest.spyOn(storage, 'set');
    kept.keepSoon('/rooms', () => ({ rooms: 1 }));
    person.userId = undefined;
    await environment.advance(3_000);
    kept.keep('/rooms', { rooms: 1 });
    expect(set).not.toHaveBeenCalled();
  });

  it('are missing, and nothing else happens, where the storage fails', async () => {
    const { environment, network, storage, http } = open();
    storage.set = () => {
      throw new Error('full');
    };
    network.answer = { items: [1] };
    expect(await http.request(MEMBERS)).toEqual({ items: [1] });
    network.answer = undefined;
    const outcome = Promise.allSettled([http.request(MEMBERS)]);
    await environment.advance(60_000);
    expect((await outcome)[0].status).toBe('rejected');
  });
});

describe('a room list without a server', () => {
  it('shows the rooms that were kept, goes on asking, and never prefers them to what it has read', async () => {
    const { environment, network, kept, http } = open();
    network.answer = { items: [LOBBY], rev: 4 };
    const openList = (): RoomList =>
      new RoomList(
        new RoomsApi(http, environment),
        environment,
        () => 'u-ada',
        () => undefined,
        kept,
      );
    const before = openList();
    await before.load();
    before.put({ ...LOBBY, name: 'renamed' });
    await environment.advance(3_000);
    network.answer = undefined;

    const list = openList();
    await list.load();
    expect(list.getSnapshot()).toMatchObject({ loaded: true, rooms: [{ name: 'renamed' }] });
    network.answer = { items: [{ ...LOBBY, name: 'as it is' }], rev: 5 };
    await environment.advance(5_000);
    expect(list.getSnapshot().rooms[0]?.name).toBe('as it is');

    network.answer = undefined;
    const again = Promise.allSettled([list.load()]);
    await environment.advance(60_000);
    expect((await again)[0].status).toBe('rejected');
    await settle();
    list.close();
  });
});
