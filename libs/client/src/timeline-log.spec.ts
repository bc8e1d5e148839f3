import { TimelineLog } from './timeline-log';
import { type HistoryPage, type Message } from './types';

function aMessage(seq: number): Message {
  return {
    messageId: `m-${seq}`,
    roomId: 'r',
    seq,
    authorId: 'u',
    clientMsgId: `c-${seq}`,
    text: `text ${seq}`,
    createdAt: '',
    reactions: [],
    attachments: [],
    mentions: [],
  };
}

function aPage(from: number, to: number, { first = 1, last = 100 } = {}): HistoryPage {
  const items = Array.from({ length: to - from + 1 }, (_, at) => aMessage(from + at));
  return { items, cursor: '1.100', prev: from > first ? String(from) : undefined, next: to < last ? String(to) : undefined };
}

const seqs = (log: TimelineLog): number[] => log.messages.map(({ message }) => message.seq);

describe('the window of a timeline', () => {
  it('forgets at its end what was scrolled away from upwards, and has it again from there', () => {
    const log = new TimelineLog(() => 'me');
    log.restart(aPage(91, 100));
    log.prepend(aPage(81, 90));
    log.trimNewest(12);
    expect([seqs(log)[0], seqs(log).at(-1), log.hasOlder, log.hasNewer]).toEqual([81, 92, true, true]);
    expect(log.find('m-100')).toBeUndefined();
    log.append(aPage(93, 100));
    expect([seqs(log).at(-1), log.hasNewer]).toEqual([100, false]);
    log.trim(12);
    expect([seqs(log)[0], log.hasOlder, seqs(log).length]).toEqual([89, true, 12]);
  });

  it('stays as it is within its bound, and shows no live message beyond a hole', () => {
    const log = new TimelineLog(() => 'me');
    log.restart(aPage(91, 100));
    log.trimNewest(10);
    expect([seqs(log).length, log.hasNewer]).toEqual([10, false]);
    log.trimNewest(9);
    log.apply({ roomId: 'r', epoch: 1, seq: 101, type: 'message.posted', actorId: 'u', at: '', data: { ...aMessage(101) } });
    expect(seqs(log).at(-1)).toBe(99);
  });
});
