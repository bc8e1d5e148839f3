import { type TimelineItem } from '@agent-chat/client';
import { timelineRows } from './timeline-rows';

function anItem(seq: number, authorId: string, at: string, more: Partial<TimelineItem> = {}): TimelineItem {
  const id = `m-${seq}`;
  return {
    id,
    messageId: id,
    seq,
    roomId: 'r',
    authorId,
    clientMsgId: `c-${seq}`,
    text: 'x',
    createdAt: new Date(at).toISOString(),
    reactions: [],
    attachments: [],
    mentions: [],
    state: 'sent',
    redacted: false,
    ...more,
  };
}

const NONE = { me: 'me', readSeq: undefined, hasOlder: false };

describe('the rows of a timeline', () => {
  it('group what one person writes within five minutes', () => {
    const items = [
      anItem(1, 'ada', '2026-03-01T10:00'),
      anItem(2, 'ada', '2026-03-01T10:04'),
      anItem(3, 'ada', '2026-03-01T10:20'),
      anItem(4, 'bob', '2026-03-01T10:21'),
    ];
    expect(timelineRows(items, NONE).map(({ isGrouped }) => isGrouped)).toEqual([false, true, false, false]);
  });

  it('begin a group anew with an answer and after a deleted message', () => {
    const items = [
      anItem(1, 'ada', '2026-03-01T10:00', { deletedAt: '2026-03-01T10:00:30.000Z' }),
      anItem(2, 'ada', '2026-03-01T10:01'),
      anItem(3, 'ada', '2026-03-01T10:02', { replyTo: 'm-1' }),
    ];
    expect(timelineRows(items, NONE).map(({ isGrouped }) => isGrouped)).toEqual([false, false, false]);
  });

  it('name whoever goes on and on again after at most twenty messages, at the same ones when older messages come in above', () => {
    const items = Array.from({ length: 95 }, (_, index) => anItem(index + 3, 'ada', '2026-03-01T10:00'));
    const begun = (from: number) => timelineRows(items.slice(from), NONE).flatMap(({ isGrouped, item }) => (isGrouped ? [] : [item.seq]));
    expect(begun(0)).toEqual([3, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(begun(42)).toEqual([45, 60, 70, 80, 90]);
    const waiting = Array.from({ length: 30 }, () => anItem(3, 'ada', '2026-03-01T10:00', { seq: undefined }));
    expect(timelineRows(waiting, NONE).filter(({ isGrouped }) => !isGrouped)).toHaveLength(2);
  });

  it('show each day once, also across a night of one person', () => {
    const items = [anItem(1, 'ada', '2026-03-01T23:59'), anItem(2, 'ada', '2026-03-02T00:01'), anItem(3, 'ada', '2026-03-02T00:02')];
    const rows = timelineRows(items, NONE);
    expect(rows.map(({ day }) => day)).toEqual(['2026-03-01', '2026-03-02', undefined]);
    expect(rows.map(({ isGrouped }) => isGrouped)).toEqual([false, false, true]);
  });

  it('divide before the first unread message of somebody else', () => {
    const items = [
      anItem(1, 'ada', '2026-03-01T10:00'),
      anItem(2, 'me', '2026-03-01T10:00'),
      anItem(3, 'ada', '2026-03-01T10:00'),
      anItem(4, 'ada', '2026-03-01T10:00'),
    ];
    const divided = (readSeq: number, hasOlder = false) => timelineRows(items, { me: 'me', readSeq, hasOlder }).findIndex(({ isFirstUnread }) => isFirstUnread);
    expect(divided(1)).toBe(2);
    expect(divided(3)).toBe(3);
    expect(divided(4)).toBe(-1);
    expect(divided(0)).toBe(0);
    expect(divided(0, true)).toBe(-1);
    expect(timelineRows(items.slice(1), { me: 'me', readSeq: 0, hasOlder: true }).some(({ isFirstUnread }) => isFirstUnread)).toBe(false);
  });

  it('never divide for messages of one’s own that are on their way', () => {
    const items = [anItem(1, 'ada', '2026-03-01T10:00'), anItem(2, 'me', '2026-03-01T10:00', { seq: undefined, state: 'pending' })];
    expect(timelineRows(items, { me: 'me', readSeq: 1, hasOlder: false }).some(({ isFirstUnread }) => isFirstUnread)).toBe(false);
  });
});
