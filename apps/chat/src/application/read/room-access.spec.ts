import { type RoomKind } from '@agent-chat/contracts';
import { mayRead, requireMember, requireModerator, requireReadable, requireVisible, type AccessFacts } from './room-access';

const facts = (more: Partial<AccessFacts> = {}): AccessFacts => ({ kind: 'private', role: null, banned: false, invited: false, ...more });
const NOT_FOUND = expect.objectContaining({ code: 'ROOM_NOT_FOUND' });

describe('access to a room', () => {
  it.each<[RoomKind, boolean]>([
    ['public', true],
    ['announcement', true],
    ['private', false],
    ['direct', false],
  ])('lets a stranger read a %s room: %s', (kind, may) => {
    expect(mayRead(facts({ kind }))).toBe(may);
  });

  it('lets members read any room, and nobody who is banned', () => {
    expect(requireReadable(facts({ role: 'guest' }))).toMatchObject({ role: 'guest' });
    for (const kind of ['public', 'private'] as const) {
      expect(() => requireReadable(facts({ kind, banned: true, role: 'owner' }))).toThrow(NOT_FOUND);
      expect(() => requireVisible(facts({ kind, banned: true, invited: true }))).toThrow(NOT_FOUND);
    }
  });

  it('shows the room, not its messages, to who is invited', () => {
    expect(requireVisible(facts({ invited: true }))).toMatchObject({ invited: true });
    expect(() => requireReadable(facts({ invited: true }))).toThrow(NOT_FOUND);
  });

  it('tells a room that can not be seen from nothing', () => {
    expect(() => requireVisible(undefined)).toThrow(NOT_FOUND);
    expect(() => requireVisible(facts())).toThrow(NOT_FOUND);
  });

  it('keeps some things for members and some for moderators', () => {
    expect(() => requireMember(facts({ kind: 'public' }))).toThrow(expect.objectContaining({ code: 'NOT_A_MEMBER' }));
    expect(() => requireModerator(facts({ role: 'member' }))).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    expect(() => requireModerator(facts())).toThrow(NOT_FOUND);
    for (const role of ['admin', 'owner'] as const) expect(requireModerator(facts({ role }))).toMatchObject({ role });
  });
});
