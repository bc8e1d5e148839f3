import { roomAfter } from './room-after-event';
import { type RoomEventData, type RoomEventType, type KnownRoomEvent } from './room-events';
import { type Attachment, type Room } from './types';

const AT = '2026-03-01T00:00:00.000Z';
const LAKE: Attachment = { attachmentId: 'f-1', name: 'lake.jpg', type: 'image/jpeg', sizeBytes: 5, width: 4, height: 3 };

function anEvent<Type extends RoomEventType>(type: Type, data: RoomEventData[Type]): KnownRoomEvent {
  return { roomId: 'a', epoch: 1, seq: 2, type, actorId: 'u-other', at: AT, data } as unknown as KnownRoomEvent;
}

function posted(attachments: readonly Attachment[]): KnownRoomEvent {
  const said = { messageId: 'm', text: '', mentions: [], reactions: [], attachments };
  return anEvent('message.posted', { ...said, roomId: 'a', seq: 2, authorId: 'u-other', clientMsgId: 'c', createdAt: AT });
}

describe('the newest message of a room', () => {
  const room: Room = { roomId: 'a', kind: 'public', name: 'a', topic: '', epoch: 1, head: 1, memberCount: 2, createdAt: AT, updatedAt: AT };
  const after = (...events: readonly KnownRoomEvent[]): Room => events.reduce((now, event) => roomAfter(now, event, 'u-me', AT), room);
  const edited = anEvent('message.edited', { messageId: 'm', text: 'a lake', mentions: [], editedAt: AT });
  const deleted = anEvent('message.deleted', { messageId: 'm', deletedAt: AT });
  const restored = anEvent('message.restored', { messageId: 'm', text: 'back', mentions: [] });

  it('is told with its files, also when its text was changed', () => {
    const files = { count: 2, first: LAKE };
    const message = posted([LAKE, { ...LAKE, attachmentId: 'f-2', name: 'hill.jpg' }]);
    expect(after(message).lastMessage).toMatchObject({ messageId: 'm', preview: '', files });
    expect(after(message, edited).lastMessage).toMatchObject({ preview: 'a lake', files });
    expect(after(message, posted([])).lastMessage).not.toHaveProperty('files');
  });

  it('is told without its files once it was deleted, also where it was restored', () => {
    expect(JSON.stringify(after(posted([LAKE]), deleted))).not.toContain('lake');
    expect(after(posted([LAKE]), deleted, restored).lastMessage).toMatchObject({ preview: 'back', files: undefined, deletedAt: undefined });
  });
});
