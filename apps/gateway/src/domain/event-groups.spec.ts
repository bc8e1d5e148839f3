import { type RoomEvent } from '@agent-chat/contracts';
import { type RoomId, type UserId } from '@agent-chat/kernel';
import { timeOf } from './event-groups';

describe('the time of an encoded event', () => {
  it('is its own, whatever somebody wrote', () => {
    const at = '2026-03-01T12:00:00.123Z';
    const event: RoomEvent = {
      roomId: 'a' as RoomId,
      epoch: 1,
      seq: 1,
      type: 'message.posted',
      actorId: 'b' as UserId,
      at,
      data: { text: '"at":"1970-01-01T00:00:00.000Z"', at: 'never' },
    };

    expect(timeOf(JSON.stringify(event))).toBe(at);
  });
});
