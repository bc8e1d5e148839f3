import { type LogEvent, type RoomEvent } from '@agent-chat/contracts';
import { newId, type RoomId, type UserId } from '@agent-chat/kernel';
import { tallyOf } from './activity-tally';

const [roomId, otherRoomId] = ['room-1' as RoomId, 'room-2' as RoomId];
const [ann, bob] = ['ann' as UserId, 'bob' as UserId];
const NOTHING = { messages: 0, edits: 0, deletions: 0, reactions: 0, joins: 0, leaves: 0, uploads: 0 };

let seq = 0;
const event = (type: string, at: string, more: Partial<RoomEvent> = {}): Pick<LogEvent, 'event'> => ({
  event: { roomId, epoch: 1, seq: ++seq, type, actorId: ann, at, ...more },
});

describe('the tally of events', () => {
  it('counts by room and by the minute in which they happened, whatever their order', () => {
    const { minutes } = tallyOf([
      event('member.joined', '2026-03-01T10:00:59.999Z'),
      event('message.posted', '2026-03-01T10:01:00.000Z'),
      event('message.posted', '2026-03-01T10:01:00.000Z', { roomId: otherRoomId }),
      event('reaction.added', '2026-03-01T10:01:30.000Z'),
      event('message.edited', '2026-03-01T10:00:10.000Z'),
      event('message.deleted', '2026-03-01T10:01:31.000Z'),
      event('member.left', '2026-03-01T10:01:32.000Z'),
      event('member.banned', '2026-03-01T10:01:33.000Z'),
      event('room.updated', '2026-03-01T10:05:00.000Z'),
    ]);

    expect(minutes).toEqual([
      { roomId, minute: '2026-03-01T10:00:00.000Z', ...NOTHING, joins: 1, edits: 1 },
      { roomId, minute: '2026-03-01T10:01:00.000Z', ...NOTHING, messages: 1, reactions: 1, deletions: 1, leaves: 2 },
      { roomId: otherRoomId, minute: '2026-03-01T10:01:00.000Z', ...NOTHING, messages: 1 },
    ]);
  });

  it('counts the attachments of messages, also of those that were deleted since', () => {
    const { minutes } = tallyOf([
      event('message.posted', '2026-03-01T10:00:00.000Z', { data: { attachments: [{}, {}] } }),
      event('message.posted', '2026-03-01T10:00:01.000Z', { data: { attachments: [] } }),
      event('message.posted', '2026-03-01T10:00:02.000Z', { data: { attachments: 'none' } }),
      {
        ...event('message.posted', '2026-03-01T10:00:03.000Z', { data: { attachments: [], redacted: true } }),
        erasedAttachmentIds: [newId(), newId(), newId()],
      },
    ]);

    expect(minutes).toMatchObject([{ messages: 4, uploads: 5 }]);
  });

  it('notes once a day and room who wrote or reacted, and nobody who only came or went', () => {
    const { people } = tallyOf([
      event('message.posted', '2026-03-01T10:00:00.000Z'),
      event('reaction.removed', '2026-03-01T23:59:59.999Z'),
      event('message.posted', '2026-03-02T00:00:00.000Z'),
      event('member.joined', '2026-03-02T00:00:00.000Z', { actorId: bob }),
      event('message.posted', '2026-03-02T00:00:00.000Z', { roomId: otherRoomId, actorId: bob }),
    ]);

    expect(people).toEqual([
      { roomId, day: '2026-03-01', userId: ann },
      { roomId, day: '2026-03-02', userId: ann },
      { roomId: otherRoomId, day: '2026-03-02', userId: bob },
    ]);
  });

  it('passes over what is hidden', () => {
    expect(tallyOf([{ event: { roomId, epoch: 1, seq: 1, type: 'hidden' } }])).toEqual({ minutes: [], people: [] });
  });
});
