import { type Room, type RoomRole } from '@agent-chat/client';
import { permissionsIn, standsAbove } from './permissions';

const AT = '2026-03-01T00:00:00.000Z';

function aRoom(role: RoomRole | undefined, more: Partial<Room> = {}): Room {
  const me = role === undefined ? undefined : { role, joinedAt: AT, readSeq: 0, unreadCount: 0, mentionCount: 0, muted: false };
  return { roomId: 'r', kind: 'public', name: 'r', topic: '', epoch: 1, head: 1, memberCount: 1, createdAt: AT, updatedAt: AT, me, ...more };
}

describe('what one may do in a room', () => {
  it('is to write, for members, unless it is archived, announces, or one is muted', () => {
    const muted = { ...aRoom('member'), me: { ...aRoom('member').me!, muted: true } };
    const rooms = [
      aRoom('guest'),
      aRoom(undefined),
      aRoom('owner', { archivedAt: AT }),
      aRoom('member', { kind: 'announcement' }),
      aRoom('admin', { kind: 'announcement' }),
      muted,
    ];
    expect(rooms.map((room) => permissionsIn(room).canPost)).toEqual([true, false, false, false, true, false]);
  });

  it('is to bring people in, for members; in announcement rooms for admins; never in direct rooms', () => {
    const rooms = [
      aRoom('member'),
      aRoom('guest'),
      aRoom('member', { kind: 'announcement' }),
      aRoom('admin', { kind: 'announcement' }),
      aRoom('member', { kind: 'direct' }),
    ];
    expect(rooms.map((room) => permissionsIn(room).canAdd)).toEqual([true, false, false, true, false]);
  });

  it('is to moderate those who stand below', () => {
    expect([standsAbove('admin', 'member'), standsAbove('admin', 'admin'), standsAbove('owner', 'owner'), standsAbove('member', 'guest')]).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect([permissionsIn(aRoom('admin')).canModerate, permissionsIn(aRoom('admin')).canOwn, permissionsIn(aRoom('member')).canModerate]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
