import { type RoomEvent } from '@agent-chat/contracts';
import { type RoomId, type UserId } from '@agent-chat/kernel';
import { listChangesOf } from './list-changes';

const event = (type: string, data: Record<string, unknown>, more: Partial<RoomEvent> = {}): RoomEvent => ({
  roomId: 'r' as RoomId,
  epoch: 1,
  seq: 9,
  type,
  actorId: 'actor' as UserId,
  at: '2026-01-01T00:00:00.000Z',
  data,
  ...more,
});
const changesOf = (given: RoomEvent) => listChangesOf(given).map(({ userId, change }) => `${userId} ${change}`);

describe('changes of room lists', () => {
  it.each([
    ['member.joined', 'somebody', 'somebody joined'],
    ['member.joined', 'actor', 'actor joined'],
    ['member.left', 'actor', 'actor left'],
    ['member.left', 'somebody', 'somebody removed'],
    ['member.banned', 'somebody', 'somebody banned'],
    ['member.unbanned', 'somebody', 'somebody unbanned'],
    ['member.invited', 'somebody', 'somebody invited'],
    ['invite.revoked', 'somebody', 'somebody uninvited'],
  ])('%s of %s', (type, userId, expected) => {
    expect(changesOf(event(type, { userId, role: 'member' }))).toEqual([expected]);
  });

  it('tells the one who made a room apart from those who are in it from the start', () => {
    expect(changesOf(event('member.joined', { userId: 'actor', role: 'owner' }, { seq: 2 }))).toEqual(['actor created']);
    expect(changesOf(event('member.joined', { userId: 'other', role: 'member' }, { seq: 3 }))).toEqual(['other joined']);
  });

  it('are none for messages, hidden events and types of a later release', () => {
    expect(changesOf(event('message.posted', { messageId: 'm' }))).toEqual([]);
    expect(changesOf({ roomId: 'r' as RoomId, epoch: 1, seq: 1, type: 'hidden' })).toEqual([]);
    expect(changesOf(event('member.promoted', { userId: 'x' }))).toEqual([]);
  });
});
