import { type Message, type RoomEvent } from '@agent-chat/contracts';
import { type AttachmentId } from '@agent-chat/kernel';
import { messageAfter } from './message-after';

const AT = '2026-01-01T00:00:00.000Z';

const FILE = { attachmentId: 'f' as AttachmentId, name: 'plan.pdf', type: 'application/pdf', sizeBytes: 3 };

const before = (more: Partial<Message> = {}): Message =>
  ({
    ...{ messageId: 'm', roomId: 'r', seq: 3, authorId: 'a', clientMsgId: 'c', text: 'one', createdAt: AT },
    ...more,
    reactions: more.reactions ?? [],
    attachments: more.attachments ?? [],
    mentions: ['room'],
  }) as unknown as Message;

const after = (message: Message, type: string, data: object): string | undefined => {
  return JSON.stringify(messageAfter(message, { type, data: { messageId: 'm', ...data } } as unknown as RoomEvent));
};

const START = '{"messageId":"m","roomId":"r","seq":3,"authorId":"a","clientMsgId":"c"';

describe('a message after an event', () => {
  it('has the text, mentions and time of an edit and keeps its files, where they are when it is read', () => {
    const replying = before({ replyTo: 'q' as Message['messageId'], reactions: [{ emoji: '👍', count: 1, mine: false }], attachments: [FILE] });
    expect(after(replying, 'message.edited', { text: 'two', mentions: [], editedAt: 'later' })).toBe(
      `${START},"text":"two","createdAt":"${AT}","editedAt":"later","replyTo":"q","reactions":[{"emoji":"👍","count":1,"mine":false}],"attachments":${JSON.stringify([FILE])},"mentions":[]}`,
    );
  });

  it('is a tombstone without files when it was deleted', () => {
    const edited = before({ editedAt: 'then', reactions: [{ emoji: '👍', count: 1, mine: false }], attachments: [FILE] });
    expect(after(edited, 'message.deleted', { deletedAt: 'now' })).toBe(
      `${START},"createdAt":"${AT}","editedAt":"then","deletedAt":"now","reactions":[],"attachments":[],"mentions":[]}`,
    );
  });

  it('has a new reaction last, and one more of a known one where it was', () => {
    const [thumb, party] = [
      { emoji: '👍', count: 1, mine: false },
      { emoji: '🎉', count: 1, mine: false },
    ];
    const react = (reactions: Message['reactions'], emoji: string, count: number): Message['reactions'] | undefined =>
      messageAfter(before({ reactions }), { type: 'reaction.added', data: { messageId: 'm', emoji, count } } as unknown as RoomEvent)?.reactions;
    expect(react([thumb], '🎉', 1)).toEqual([thumb, party]);
    expect(react([thumb, party], '👍', 2)).toEqual([{ ...thumb, count: 2 }, party]);
  });

  it.each(['reaction.removed', 'message.restored', 'message.anything'])('is not told by %s alone', (type) => {
    expect(after(before(), type, { emoji: '👍', count: 1, text: 'one', mentions: [] })).toBeUndefined();
  });
});
