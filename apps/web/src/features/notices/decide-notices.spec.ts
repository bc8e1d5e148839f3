import { type LastMessage, type MyMembership, type Room, type RoomNotify } from '@agent-chat/client';
import { decideNotices, type KnownRooms } from './decide-notices';

const ME: MyMembership = { role: 'member', joinedAt: '', readSeq: 0, unreadCount: 0, mentionCount: 0, muted: false };

function aRoom(seq: number, me: Partial<MyMembership> | undefined = {}, more: Partial<Room> = {}): Room {
  const lastMessage: LastMessage = { messageId: `m-${String(seq)}`, seq, authorId: 'ben', preview: 'hello', createdAt: '' };
  const membership = more.invited === true ? {} : { me: { ...ME, ...me } };
  return {
    ...{ roomId: 'r', kind: 'public', name: 'design', topic: '', epoch: 1, head: seq, memberCount: 2, createdAt: '', updatedAt: '' },
    ...{ lastMessage, ...membership, ...more },
  };
}

/** What is told of each list that follows on the first. */
function told(lists: readonly (readonly Room[])[], notify: RoomNotify = 'all', openRoomId?: string): string[][] {
  let known: KnownRooms;
  return lists.map((rooms) => {
    const decided = decideNotices(known, rooms, { me: 'ada', openRoomId, notifyOf: () => notify });
    known = decided.known;
    return decided.notices.map(({ kind, room }) => `${kind} in ${room.roomId}`);
  });
}

describe('notices', () => {
  it('tell of what is new since the list was seen, once', () => {
    const news = [aRoom(5, { unreadCount: 1 })];
    expect(told([[aRoom(4)], news, news])).toEqual([[], ['message in r'], []]);
    expect(told([[aRoom(4, { unreadCount: 7, mentionCount: 2 })]])).toEqual([[]]);
  });

  it('tell of mentions whose badge came before the message', () => {
    const lists = [[aRoom(4)], [aRoom(4, { unreadCount: 1, mentionCount: 1 })], [aRoom(5, { unreadCount: 1, mentionCount: 1 })]];
    expect(told(lists, 'mentions')).toEqual([[], [], ['mention in r']]);
    expect(told([...lists, [aRoom(6, { unreadCount: 2, mentionCount: 1 })]], 'mentions').at(-1)).toEqual([]);
  });

  it('go by the choice for the room', () => {
    const lists = [[aRoom(4)], [aRoom(5, { unreadCount: 1 })], [aRoom(6, { unreadCount: 2, mentionCount: 1 })]];
    expect(told(lists, 'mentions')).toEqual([[], [], ['mention in r']]);
    expect(told(lists, 'nothing')).toEqual([[], [], []]);
  });

  it('are not given for what is looked at, read elsewhere, deleted, or one’s own', () => {
    expect(told([[aRoom(4)], [aRoom(5, { unreadCount: 1 })]], 'all', 'r')).toEqual([[], []]);
    expect(told([[aRoom(4)], [aRoom(5)]])).toEqual([[], []]);
    const own = aRoom(5, { unreadCount: 1 });
    expect(told([[aRoom(4)], [{ ...own, lastMessage: { ...own.lastMessage!, authorId: 'ada' } }]])).toEqual([[], []]);
    expect(told([[aRoom(4)], [{ ...own, lastMessage: { ...own.lastMessage!, deletedAt: 'now' } }]])).toEqual([[], []]);
  });

  it('tell of an invitation, not of a room that one has just joined', () => {
    const invited = aRoom(9, undefined, { roomId: 'i', invited: true });
    expect(told([[aRoom(4)], [aRoom(4), invited], [aRoom(4), invited]])).toEqual([[], ['invitation in i'], []]);
    expect(told([[], [aRoom(4, { unreadCount: 3 })]])).toEqual([[], []]);
  });
});
