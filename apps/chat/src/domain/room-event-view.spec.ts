import { roomEventOf, type LoggedEvent } from './room-event-view';

const PLACE = { roomId: 'r', epoch: 1, seq: 7, actorId: 'a', createdAt: '2026-01-01T00:00:00.000Z' };
const logged = (type: string, payload: Record<string, unknown>): LoggedEvent => ({ ...PLACE, type, payload });

describe('an event as it is served', () => {
  it('has one encoding, whatever the order of the keys in its payload', () => {
    const live = JSON.stringify(roomEventOf(logged('message.edited', { messageId: 'm', text: 'new', mentions: [], editedAt: 't' })));
    const stored = JSON.stringify(roomEventOf(logged('message.edited', { text: 'new', editedAt: 't', mentions: [], messageId: 'm' })));
    expect(live).toBe(stored);
  });

  it('says no more than the log holds: absent keys stay absent', () => {
    expect(JSON.stringify(roomEventOf(logged('room.updated', { topic: 'x', name: undefined })).data)).toBe('{"topic":"x"}');
    expect(Object.keys(roomEventOf(logged('room.updated', { topic: 'x', name: undefined })).data ?? {})).toEqual(['topic']);
  });

  it('completes a posted message with what its row says', () => {
    const event = roomEventOf(logged('message.posted', { messageId: 'm', clientMsgId: 'k', text: 'hi', mentions: ['u'], replyTo: 'n' }));
    expect(event).toEqual({
      roomId: 'r',
      epoch: 1,
      seq: 7,
      type: 'message.posted',
      actorId: 'a',
      at: PLACE.createdAt,
      data: {
        messageId: 'm',
        roomId: 'r',
        seq: 7,
        authorId: 'a',
        clientMsgId: 'k',
        text: 'hi',
        createdAt: PLACE.createdAt,
        replyTo: 'n',
        reactions: [],
        attachments: [],
        mentions: ['u'],
      },
    });
  });

  it('serves a redacted message without its text (P35)', () => {
    const { data } = roomEventOf(logged('message.posted', { messageId: 'm', clientMsgId: 'k', mentions: [], redacted: true }));
    expect(data).toMatchObject({ redacted: true, mentions: [] });
    expect(data).not.toHaveProperty('text');
  });

  it('names the files of a message in one order of keys, and none where it has none', () => {
    const file = { attachmentId: 'f', name: 'a.png', type: 'image/png', sizeBytes: 3, width: 2, height: 1 };
    const posted = (attachments?: object[]): string =>
      JSON.stringify(roomEventOf(logged('message.posted', { messageId: 'm', ...(attachments && { attachments }) })).data);

    expect(posted([file])).toContain(`"attachments":[${JSON.stringify(file)}]`);
    expect(posted([Object.fromEntries(Object.entries(file).reverse())])).toBe(posted([file]));
    expect(posted()).toContain('"attachments":[]');
  });
});
