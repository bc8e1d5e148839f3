import { type EventGroup } from '@agent-chat/contracts';
import { groupEvents, lastSeqOf } from './event-groups';
import { RoomFeed } from './room-feed';
import { Subscription } from './subscription';
import { about, drain, group, madePrivate, Outlet, posted, type Reader, reader } from './testing/room-log';

function open(feed: RoomFeed<Reader>, head: number, userId = 'ann'): Subscription<Reader> {
  const subscription = new Subscription(reader(), userId);
  feed.enter(subscription);
  feed.opened(subscription, { epoch: 1, seq: head });
  drain(feed);
  return subscription;
}

describe('A room feed', () => {
  let outlet: Outlet;
  let feed: RoomFeed<Reader>;

  beforeEach(() => {
    outlet = new Outlet();
    feed = new RoomFeed<Reader>(outlet);
  });

  const offer = (...groups: readonly EventGroup[]): void => {
    for (const each of groups) feed.offer(each);
    drain(feed);
  };

  it('holds frames until the snapshot is there and drops those that it contains', () => {
    const one = new Subscription(reader(), 'ann');
    feed.enter(one);
    offer(group(4, 5), group(6, 7));
    expect(one.reader.seqs).toEqual([]);
    feed.opened(one, { epoch: 1, seq: 5 });
    drain(feed);
    expect(one.reader.seqs).toEqual([6, 7]);
    expect(one.phase).toBe('live');
  });

  it('releases a reader only when its own stream has reached the head of the snapshot', () => {
    const early = open(feed, 3);
    const late = new Subscription(reader(), 'ben');
    feed.enter(late);
    feed.opened(late, { epoch: 1, seq: 6 });
    offer(group(4, 5));
    expect(late.phase).toBe('opening');
    expect(feed.stream.behind).toBe(true);
    offer(group(6, 7));
    expect([early.reader.seqs, late.reader.seqs]).toEqual([[4, 5, 6, 7], [7]]);
  });

  it('looks at nobody else while one of many is released', () => {
    let looks = 0;
    for (let each = 0; each < 1_000; each++) {
      const opening = new Subscription(reader(), 'zoe');
      Object.defineProperty(opening, 'snapshot', { get: () => void (looks += 1) });
      feed.enter(opening);
    }
    for (let each = 0; each < 1_000; each++) expect(open(feed, 3).phase).toBe('live');
    expect(looks).toBe(0);
  });

  it('waits at a gap and goes on in order once it is filled', () => {
    const one = open(feed, 0);
    offer(group(3, 4), group(1, 1));
    expect(one.reader.seqs).toEqual([1]);
    expect(feed.stream.hasGap).toBe(true);
    offer(group(1, 3));
    expect(one.reader.seqs).toEqual([1, 2, 3, 4]);
  });

  it('ends the subscription of who left, right after that event', () => {
    const one = open(feed, 0, 'ann');
    const other = open(feed, 0, 'ben');
    offer(...groupEvents([posted(1), about(2, 'member.left', 'ann'), posted(3)]));
    expect([one.reader, other.reader]).toEqual([
      { seqs: [1, 2], end: 'left' },
      { seqs: [1, 2, 3], end: undefined },
    ]);
  });

  it('tells removed and banned from left', () => {
    const one = open(feed, 0, 'ann');
    const other = open(feed, 0, 'ben');
    offer(...groupEvents([about(1, 'member.left', 'ann', 'ben'), about(2, 'member.banned', 'ben', 'cat')]));
    expect([one.reader.end, other.reader.end]).toEqual(['removed', 'banned']);
  });

  it('applies a held loss of access before release, and not one that the snapshot knew of', () => {
    const before = new Subscription(reader(), 'ann');
    const after = new Subscription(reader(), 'ann');
    feed.enter(before);
    feed.enter(after);
    offer(...groupEvents([posted(5), about(6, 'member.left', 'ann'), posted(7)]));
    feed.opened(before, { epoch: 1, seq: 4 });
    feed.opened(after, { epoch: 1, seq: 6 });
    drain(feed);
    expect(before.reader).toEqual({ seqs: [5, 6], end: 'left' });
    expect(after.reader).toEqual({ seqs: [7], end: undefined });
  });

  it('keeps who came back, although the event that they left with is still being written', () => {
    const others = [open(feed, 0, 'ben'), open(feed, 0, 'cat')];
    for (const each of groupEvents([about(1, 'member.left', 'ann')])) feed.offer(each);
    feed.step(1);
    const back = new Subscription(reader(), 'ann');
    feed.enter(back);
    feed.opened(back, { epoch: 1, seq: 1 });
    offer(group(2, 2));
    expect(back.reader).toEqual({ seqs: [2], end: undefined });
    expect(others.map((each) => each.reader.seqs)).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('writes nothing beyond a change to private until it is known who may still read', () => {
    const one = open(feed, 0, 'ann');
    const other = open(feed, 0, 'ben');
    offer(...groupEvents([madePrivate(1), posted(2)]));
    expect(feed.undecidedUserIds).toEqual(new Set(['ann', 'ben']));
    expect(one.reader.seqs).toEqual([1]);
    feed.decide(new Set(['ann']));
    drain(feed);
    expect([one.reader, other.reader]).toEqual([
      { seqs: [1, 2], end: undefined },
      { seqs: [1], end: 'private' },
    ]);
  });

  it('asks for a newer snapshot when it no longer holds what follows the old one', () => {
    open(feed, 5);
    const late = new Subscription(reader(), 'ben');
    feed.enter(late);
    feed.opened(late, { epoch: 1, seq: 3 });
    drain(feed);
    expect(outlet.overtakenOnes).toEqual([late]);
    feed.reopened(late, [group(4, 6)], { epoch: 1, seq: 6 });
    offer(group(6, 7));
    expect(late.reader.seqs).toEqual([4, 5, 6, 7]);
  });

  it('ends every subscription when history was restored', () => {
    const one = open(feed, 8);
    offer(group(3, 4, 2));
    expect(one.reader.end).toBe('restored');
    expect(feed.isEmpty).toBe(true);
  });
});

describe('Events read from the log', () => {
  it('are grouped so that a group ends after each change of access', () => {
    const groups = groupEvents([posted(1), about(2, 'member.left', 'ann'), madePrivate(3), posted(4)]);
    expect(groups.map((each) => [each.fromSeq, lastSeqOf(each), each.access])).toEqual([
      [1, 2, { type: 'member.left', userId: 'ann' }],
      [3, 3, { type: 'room.updated' }],
      [4, 4, undefined],
    ]);
  });
});
