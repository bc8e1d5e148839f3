import { type RoomsApi } from './rooms-api';
import { RoomList } from './room-list';
import { SteeredEnvironment } from './testing/steered-environment';
import { type Room } from './types';

function aRoom(roomId: string, minute: number, more: Partial<Room> = {}): Room {
  const at = new Date(Date.UTC(2026, 1, 1, 0, minute)).toISOString();
  const me = { role: 'member', joinedAt: at, readSeq: 1, unreadCount: 0, mentionCount: 0, muted: false } as const;
  return { roomId, kind: 'public', name: roomId, topic: '', epoch: 1, head: 1, memberCount: 2, createdAt: at, updatedAt: at, me, ...more };
}

function openList(rooms: Room[], rev = 5) {
  const environment = new SteeredEnvironment();
  const server = { rooms, rev, lists: 0, gets: [] as string[], head: 1, incomplete: undefined as true | undefined };
  const api = {
    list: async ({ cursor }: { cursor?: string } = {}) => {
      server.lists++;
      const from = Number(cursor ?? 0);
      const next = from + 2 < server.rooms.length ? String(from + 2) : undefined;
      return { items: server.rooms.slice(from, from + 2), rev: server.rev, next, incomplete: server.incomplete };
    },
    get: async (roomId: string) => {
      server.gets.push(roomId);
      return aRoom(roomId, 50, { head: server.head });
    },
  } as unknown as RoomsApi;
  const setBack: string[] = [];
  const list = new RoomList(
    api,
    environment,
    () => 'u-me',
    () => undefined,
    undefined,
    (roomId) => setBack.push(roomId),
  );
  const ids = () => list.getSnapshot().rooms.map((room) => room.roomId);
  return { list, environment, server, ids, setBack };
}

/** As it is once it was read from the server. */
async function loadList(rooms: Room[]) {
  const opened = openList(rooms);
  await opened.list.load();
  return opened;
}

const posted = (roomId: string, seq: number, authorId: string, mentions: string[] = []) => ({
  roomId,
  epoch: 1,
  seq,
  type: 'message.posted',
  actorId: authorId,
  at: '2026-03-01T00:00:00.000Z',
  data: {
    messageId: `m-${seq}`,
    text: `text ${seq}`,
    mentions,
    roomId,
    seq,
    authorId,
    clientMsgId: `c-${seq}`,
    createdAt: '2026-03-01T00:00:00.000Z',
    reactions: [],
    attachments: [],
  },
});

describe('a room list', () => {
  it('reads every page and shows newest activity first', async () => {
    const { ids, server } = await loadList([aRoom('a', 1), aRoom('b', 3), aRoom('c', 2)]);
    expect(ids()).toEqual(['b', 'c', 'a']);
    expect(server.lists).toBe(2);
  });

  it('follows changes whose rev is the expected one, without reading the list again', async () => {
    const { list, ids, server, environment } = await loadList([aRoom('a', 1), aRoom('b', 3)]);
    list.receiveRooms({ rev: 5, changes: [] });
    list.receiveRooms({
      rev: 7,
      changes: [
        { roomId: 'b', change: 'removed' },
        { roomId: 'n', change: 'joined' },
      ],
    });
    await environment.advance(0);
    expect(ids()).toEqual(['n', 'a']);
    expect(server).toMatchObject({ lists: 1, gets: ['n'] });
  });

  it.each([7, 4])('reads the list again after an unexpected rev, such as %d after 5', async (rev) => {
    const { list, ids, server, environment } = openList([aRoom('a', 1)]);
    await list.load();
    server.rooms = [aRoom('z', 1)];
    list.receiveRooms({ rev, changes: [{ roomId: 'n', change: 'joined' }] });
    await environment.advance(0);
    expect(ids()).toEqual(['z']);
  });

  it('keeps rooms that are missing while some are away, and reads the list again until it is whole', async () => {
    const { list, ids, server, environment } = await loadList([aRoom('a', 1), aRoom('b', 3)]);
    server.incomplete = true;
    server.rooms = [aRoom('c', 5)];
    await list.load();
    expect([ids(), list.getSnapshot().incomplete]).toEqual([['c', 'b', 'a'], true]);
    server.incomplete = undefined;
    await environment.advance(5_000);
    expect([ids(), list.getSnapshot().incomplete]).toEqual([['c'], false]);
  });

  it('counts what comes in followed rooms, and takes the counts of others from heads', async () => {
    const { list, ids } = await loadList([aRoom('a', 1), aRoom('b', 3)]);
    list.receiveEvent(posted('a', 2, 'u-other', ['u-me']));
    list.receiveEvent(posted('a', 2, 'u-other', ['u-me']));
    list.receiveEvent(posted('a', 3, 'u-other'));
    expect(list.get('a')).toMatchObject({ head: 3, lastMessage: { preview: 'text 3' }, me: { unreadCount: 2, mentionCount: 1 } });
    expect(ids()).toEqual(['a', 'b']);
    list.receiveHeads([{ roomId: 'b', head: 9, readSeq: 1, unreadCount: 4, mentionCount: 2 }]);
    expect(list.getSnapshot()).toMatchObject({ unreadCount: 6, mentionCount: 3 });
    list.receiveEvent(posted('a', 4, 'u-me'));
    expect(list.get('a')?.me).toMatchObject({ readSeq: 4, unreadCount: 0, mentionCount: 0 });
  });

  it('shows the newest message as it was edited, and that it was deleted', async () => {
    const { list } = await loadList([aRoom('a', 1)]);
    list.receiveEvent(posted('a', 2, 'u-other'));
    const event = { roomId: 'a', epoch: 1, actorId: 'u-other', at: '2026-03-01T00:00:05.000Z' };
    list.receiveEvent({ ...event, seq: 3, type: 'message.edited', data: { messageId: 'm-2', text: 'better', mentions: [], editedAt: event.at } });
    expect(list.get('a')?.lastMessage).toMatchObject({ messageId: 'm-2', preview: 'better' });
    list.receiveEvent({ ...event, seq: 4, type: 'message.edited', data: { messageId: 'm-1', text: 'older', mentions: [], editedAt: event.at } });
    expect(list.get('a')?.lastMessage).toMatchObject({ messageId: 'm-2', preview: 'better' });
    list.receiveEvent({ ...event, seq: 5, type: 'message.deleted', data: { messageId: 'm-2', deletedAt: event.at } });
    expect(list.get('a')?.lastMessage).toMatchObject({ messageId: 'm-2', preview: '', deletedAt: event.at });
  });

  it('counts members anew when somebody was banned, who may have been one or not', async () => {
    const { list, server, environment } = await loadList([aRoom('a', 1, { memberCount: 7 })]);
    const event = { roomId: 'a', epoch: 1, actorId: 'u-other', at: '2026-03-01T00:00:05.000Z' };
    list.receiveEvent({ ...event, seq: 2, type: 'member.banned', data: { userId: 'u-third' } });
    list.receiveEvent(posted('a', 3, 'u-other'));
    await environment.advance(0);
    expect(server.gets).toEqual(['a']);
    // What the answer doesn't know yet stays.
    expect(list.get('a')).toMatchObject({ memberCount: 2, head: 3, lastMessage: { preview: 'text 3' } });
  });

  it('asks for what happened before a room was followed, until the server knows of it', async () => {
    const { list, server, environment } = await loadList([aRoom('a', 1, { head: 4, memberCount: 7 })]);
    list.followedFrom('a', 4);
    list.followedFrom('elsewhere', 9);
    expect(server.gets).toEqual([]);
    list.followedFrom('a', 6);
    await environment.advance(0);
    expect(list.get('a')).toMatchObject({ head: 4, memberCount: 2 });
    server.head = 6;
    await environment.advance(1_000);
    expect(list.get('a')).toMatchObject({ head: 6, memberCount: 2 });
    await environment.advance(10_000);
    expect(server.gets).toEqual(['a', 'a']);
  });

  it('gives up asking a server that stays behind, and sooner about a room that the person has left', async () => {
    const { list, server, environment, ids } = await loadList([aRoom('a', 1), aRoom('b', 1)]);
    list.followedFrom('a', 6);
    list.followedFrom('b', 6);
    await environment.advance(0);
    list.receiveRooms({ rev: 6, changes: [{ roomId: 'b', change: 'left' }] });
    for (let second = 0; second < 10; second++) await environment.advance(1_000);
    expect(server.gets).toEqual(['a', 'b', 'a', 'a']);
    expect(ids()).toEqual(['a']);
  });

  it('knows at once what the person has become in a followed room', async () => {
    const { list } = await loadList([aRoom('a', 1)]);
    const event = { roomId: 'a', epoch: 1, type: 'member.updated', actorId: 'u-other', at: '2026-03-01T00:00:05.000Z' };
    list.receiveEvent({ ...event, seq: 2, data: { userId: 'u-me', muted: true } });
    list.receiveEvent({ ...event, seq: 3, data: { userId: 'u-me', role: 'admin' } });
    list.receiveEvent({ ...event, seq: 4, data: { userId: 'u-other', muted: false, role: 'guest' } });
    expect(list.get('a')?.me).toMatchObject({ muted: true, role: 'admin' });
  });

  it('reads the newest messages of active rooms with one call for all of them', async () => {
    const { list, server, environment } = await loadList([aRoom('a', 1), aRoom('b', 3)]);
    const lastMessage = { messageId: 'm', seq: 9, authorId: 'u', preview: 'new', createdAt: '2026-03-01T00:00:00.000Z' };
    server.rooms = [aRoom('a', 4, { head: 9, lastMessage }), aRoom('b', 3)];
    const head = { readSeq: 1, unreadCount: 4, mentionCount: 2 };
    list.receiveHeads([{ roomId: 'a', head: 8, ...head }]);
    list.receiveHeads([{ roomId: 'a', head: 9, ...head }]);
    await environment.advance(1_500);
    expect(server.lists).toBe(2);
    expect(list.get('a')?.lastMessage?.preview).toBe('new');
  });

  it('clears the badge of what was read, and never for an older mark', async () => {
    const { list } = openList([aRoom('a', 1, { head: 9, me: { ...aRoom('a', 1).me!, readSeq: 5, unreadCount: 3 } })]);
    await list.load();
    list.markedRead('a', 4);
    expect(list.get('a')?.me?.unreadCount).toBe(3);
    list.markedRead('a', 9);
    expect(list.get('a')?.me).toMatchObject({ readSeq: 9, unreadCount: 0 });
  });

  describe('a mark that was moved here', () => {
    const readUpTo = (readSeq: number, head: number) => aRoom('a', 1, { head, me: { ...aRoom('a', 1).me!, readSeq, unreadCount: head - readSeq } });

    it('is not taken back by the answer to the mark before it, and is by setting it back', async () => {
      const { list } = await loadList([readUpTo(5, 9)]);
      list.markedRead('a', 7);
      list.markedRead('a', 9);
      list.markedRead('a', 7, 2);
      expect(list.get('a')?.me).toMatchObject({ readSeq: 9, unreadCount: 0 });
      list.markedUnread('a', 3, 6);
      expect(list.get('a')?.me).toMatchObject({ readSeq: 3, unreadCount: 6 });
    });

    it('is not taken back by what was asked before the server had it', async () => {
      const { list, server } = await loadList([readUpTo(5, 9)]);
      const early = list.load();
      list.markedRead('a', 9);
      await early;
      expect(list.get('a')?.me).toMatchObject({ readSeq: 9, unreadCount: 0 });
      const late = list.load();
      list.markedRead('a', 9, 0);
      await late;
      expect(list.get('a')?.me).toMatchObject({ readSeq: 9, unreadCount: 0 });
      list.receiveHeads([{ roomId: 'a', head: 9, readSeq: 9, unreadCount: 0, mentionCount: 0 }]);
      // Another device has set it back since.
      server.rooms = [readUpTo(6, 9)];
      await list.load();
      expect(list.get('a')?.me).toMatchObject({ readSeq: 6, unreadCount: 3 });
    });

    it('shows what came behind it, as far as the server counted', async () => {
      const { list, server } = await loadList([readUpTo(5, 9)]);
      list.markedRead('a', 9);
      server.rooms = [aRoom('a', 1, { head: 20, me: { ...aRoom('a', 1).me!, readSeq: 5, unreadCount: 15, mentionCount: 2 } })];
      await list.load();
      expect(list.get('a')?.me).toMatchObject({ readSeq: 9, unreadCount: 11, mentionCount: 2 });
    });

    it('made twice is still one that the server has: another device may set it back', async () => {
      const { list, server, setBack } = await loadList([readUpTo(5, 9)]);
      list.markedRead('a', 9);
      list.markedRead('a', 9, 0);
      list.markedRead('a', 9);
      expect(setBack).toEqual([]);
      server.rooms = [readUpTo(6, 9)];
      await list.load();
      expect(list.get('a')?.me).toMatchObject({ readSeq: 6, unreadCount: 3 });
      // From now on the mark may be sent again.
      expect(setBack).toEqual(['a']);
    });

    it('is not taken back by the page of a list that came before it, nor by a room that somebody puts in', async () => {
      const { list } = await loadList([readUpTo(5, 9), aRoom('b', 2), aRoom('c', 3)]);
      const reading = list.load();
      await Promise.resolve();
      list.markedRead('a', 9);
      list.markedRead('a', 9, 0);
      await reading;
      expect(list.get('a')?.me).toMatchObject({ readSeq: 9, unreadCount: 0 });
      list.put(readUpTo(5, 9));
      expect(list.get('a')?.me).toMatchObject({ readSeq: 9, unreadCount: 0 });
    });

    it('is not put forward again, once it was set back here, by what was asked before', async () => {
      const { list } = await loadList([readUpTo(9, 9)]);
      const early = list.load();
      list.markedUnread('a', 3, 6);
      await early;
      expect(list.get('a')?.me).toMatchObject({ readSeq: 3, unreadCount: 6 });
      await list.load();
      expect(list.get('a')?.me).toMatchObject({ readSeq: 9, unreadCount: 0 });
    });

    it('counts for nothing in a log that begins anew', async () => {
      const { list, server } = await loadList([readUpTo(5, 9)]);
      list.markedRead('a', 9);
      server.rooms = [{ ...readUpTo(2, 4), epoch: 2 }];
      await list.load();
      expect(list.get('a')?.me).toMatchObject({ readSeq: 2, unreadCount: 2 });
    });

    it('is not taken back by heads from before, or by the room as it was then', async () => {
      const { list } = await loadList([readUpTo(5, 9)]);
      list.markedRead('a', 9);
      list.receiveHeads([{ roomId: 'a', head: 9, readSeq: 5, unreadCount: 4, mentionCount: 1 }]);
      list.put(readUpTo(5, 9));
      expect(list.get('a')?.me).toMatchObject({ readSeq: 9, unreadCount: 0, mentionCount: 0 });
      list.markedRead('a', 9, 0);
      list.receiveHeads([{ roomId: 'a', head: 9, readSeq: 4, unreadCount: 5, mentionCount: 0 }]);
      expect(list.get('a')?.me).toMatchObject({ readSeq: 4, unreadCount: 5 });
    });
  });
});
