import { type TimelineItem } from '@agent-chat/client';
import { movedMark, openedMark, type Sight } from './reading-mark';

function aMessage(seq: number, authorId = 'ada'): TimelineItem {
  return {
    id: `m-${seq}`,
    messageId: `m-${seq}`,
    seq,
    roomId: 'r',
    authorId,
    clientMsgId: `c-${seq}`,
    createdAt: '2026-03-01T10:00:00.000Z',
    reactions: [],
    attachments: [],
    mentions: [],
    state: 'sent',
    redacted: false,
  };
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => aMessage(index + 1));

/** A room with five messages, read up to `marked`; each call changes what is on the screen. */
function openRoom(marked: number | undefined, first: Partial<Sight> = {}) {
  let sight: Sight = { items: upTo(5), me: 'me', marked, isComplete: true, isLooking: true, isAtEnd: true, ...first };
  let mark = openedMark(marked);
  const settle = (): void => {
    // As React renders again as long as the state changes.
    for (let turn = 0, next = movedMark(mark, sight); next !== mark; next = movedMark(mark, sight)) {
      if (++turn > 5) throw new Error('The mark never comes to rest');
      mark = next;
    }
  };
  settle();
  const change = (more: Partial<Sight>): void => {
    sight = { ...sight, ...more };
    settle();
  };
  /** The first message behind the divider; undefined without one. */
  const divider = (): number | undefined => sight.items.find(({ seq, authorId }) => (seq ?? 0) > (mark.readSeq ?? Infinity) && authorId !== 'me')?.seq;
  return { change, divider };
}

describe('the divider of new messages', () => {
  it('stands where reading stopped when the room is opened, and stays while more comes', () => {
    const room = openRoom(3);
    expect(room.divider()).toBe(4);
    room.change({ items: upTo(7) });
    expect(room.divider()).toBe(4);
  });

  it('does not come with a message that arrives at the end while the person looks', () => {
    const room = openRoom(5);
    room.change({ items: upTo(6) });
    room.change({ isAtEnd: false });
    room.change({ isAtEnd: true });
    room.change({ marked: 8, items: upTo(9) });
    expect(room.divider()).toBeUndefined();
  });

  it('does not come with the very first message of a room that is open', () => {
    const room = openRoom(0, { items: [] });
    room.change({ items: upTo(1) });
    expect(room.divider()).toBeUndefined();
  });

  it('comes with what arrives below the part that is being read', () => {
    const room = openRoom(5);
    room.change({ isAtEnd: false });
    room.change({ items: upTo(7) });
    expect(room.divider()).toBe(6);
  });

  it('stands before what came while the person looked elsewhere, and what was read by then is above it', () => {
    const room = openRoom(3);
    room.change({ isLooking: false });
    expect(room.divider()).toBeUndefined();
    room.change({ items: upTo(7) });
    room.change({ isLooking: true });
    room.change({ items: upTo(8) });
    expect(room.divider()).toBe(6);
  });

  it('stays while one scrolls up to it', () => {
    const room = openRoom(3);
    room.change({ isAtEnd: false });
    expect(room.divider()).toBe(4);
  });

  it('waits for what was missed: a room that was left, or a lost connection', () => {
    const reopened = openRoom(5, { isComplete: false });
    reopened.change({ items: upTo(7), isComplete: true });
    expect(reopened.divider()).toBe(6);
    const away = openRoom(5);
    away.change({ isComplete: false });
    away.change({ isLooking: false });
    away.change({ items: upTo(7), isComplete: true });
    expect(away.divider()).toBe(6);
    const watched = openRoom(5);
    watched.change({ isComplete: false });
    watched.change({ items: upTo(7), isComplete: true });
    expect(watched.divider()).toBeUndefined();
  });

  it('goes where the person marks the room unread from', () => {
    const room = openRoom(5);
    room.change({ marked: 2 });
    expect(room.divider()).toBe(3);
  });

  it('is not for somebody who has just come in', () => {
    const room = openRoom(undefined);
    expect(room.divider()).toBeUndefined();
    room.change({ marked: 5 });
    room.change({ items: [...upTo(5), aMessage(6, 'me'), aMessage(7)] });
    expect(room.divider()).toBeUndefined();
  });
});
