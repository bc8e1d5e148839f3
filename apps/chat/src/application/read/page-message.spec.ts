import { type Message } from '@agent-chat/contracts';
import { encodeMessage, toPageMessage } from './page-message';

const message = (more: Partial<Message> = {}): Message =>
  ({
    messageId: 'm1',
    roomId: 'r',
    seq: 3,
    authorId: 'a',
    clientMsgId: 'c',
    text: 'tell "me"\n\u0001 ✓',
    createdAt: '2026-01-01T00:00:00.000Z',
    reactions: [],
    attachments: [],
    mentions: ['room'],
    ...more,
  }) as Message;

describe('a message of a page', () => {
  it('is the same JSON as the message itself, and counts its text as JSON', () => {
    const plain = message();
    expect(encodeMessage(toPageMessage(plain), () => true)).toBe(JSON.stringify(plain));
    expect(toPageMessage(plain).textBytes).toBe(Buffer.byteLength(JSON.stringify(plain.text)));
  });

  it('tells each reader which reactions are theirs', () => {
    const reactions = [
      { emoji: '👍', count: 2, mine: true },
      { emoji: '🎉', count: 1, mine: false },
    ];
    const reacted = message({ reactions });
    const kept = toPageMessage(message({ reactions: reactions.map((reaction) => ({ ...reaction, mine: false })) }));
    expect(encodeMessage(kept, (messageId, emoji) => messageId === 'm1' && emoji === '👍')).toBe(JSON.stringify(reacted));
  });
});
