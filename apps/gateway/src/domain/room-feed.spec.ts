import { type EventGroup, type RoomEvent } from '@agent-chat/contracts';
import fc from 'fast-check';
import { groupEvents, lastSeqOf } from './event-groups';
import { RoomFeed, type FeedOutlet } from './room-feed';
import { type EndReason, Subscription } from './subscription';

const ROOM = '01890000-0000-7000-8000-000000000001';
const AT = '2026-01-01T00:00:00.000Z';

interface Reader {
  readonly seqs: number[];
  end: EndReason | undefined;
}

const reader = (): Reader => ({ seqs: [], end: undefined });
const seqOf = (encoded: string): number => (JSON.parse(encoded) as { seq: number }).seq;

class Outlet implements FeedOutlet<Reader> {
  readonly overtakenOnes: Subscription<Reader>[] = [];
  deliver({ reader: { seqs, end } }: Subscription<Reader>, group: EventGroup): void {
    if (end !== undefined) throw new Error(`Delivered after ${end}`);
    seqs.push(...group.events.map(seqOf));
  }
  overtaken(subscription: Subscription<Reader>): void {
    this.overtakenOnes.push(subscription);
  }
  ended(subscription: Subscription<Reader>, reason: EndReason): void {
    subscription.reader.end = reason;
  }
}

const posted = (seq: number, epoch = 1): RoomEvent => ({ roomId: ROOM as RoomEvent['roomId'], epoch, seq, type: 'message.posted', at: AT, data: {} });
const about = (seq: number, type: string, userId: string, actorId = userId): RoomEvent => ({
  ...posted(seq),
  type,
  actorId: actorId as NonNullable<RoomEvent['actorId']>,
  data: { userId },
});
const madePrivate = (seq: number): RoomEvent => ({ ...posted(seq), type: 'room.updated', data: { kind: 'private' } });
const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
const group = (from: number, to: number, epoch = 1): EventGroup => groupEvents(range(from, to).map((seq) => posted(seq, epoch)))[0]!;

function drain(feed: RoomFeed<Reader>): void {
  while (feed.step(2));
}

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

/** One room's log, a network that repeats, swaps and loses, and readers that come and go. */
interface Step {
  readonly act: 'commit' | 'kick' | 'private' | 'frame' | 'repair' | 'enter' | 'ask' | 'answer' | 'write' | 'decide' | 'leave';
  readonly pick: number;
}

const USERS = ['ann', 'ben', 'cat'] as const;

class World {
  readonly log: RoomEvent[] = [];
  readonly members: Set<string>[] = [new Set(USERS)];
  private readonly outlet = new Outlet();
  private readonly feed = new RoomFeed<Reader>(this.outlet);
  readonly all: { subscription: Subscription<Reader>; from: number | undefined; gone: boolean; snapshot: number | undefined }[] = [];

  get head(): number {
    return this.log.length;
  }

  run({ act, pick }: Step): void {
    const one = this.all[pick % Math.max(1, this.all.length)];
    const acts: Record<Step['act'], () => void> = {
      commit: () => this.append(posted(this.head + 1)),
      kick: () => this.append(about(this.head + 1, pick % 2 === 0 ? 'member.left' : 'member.banned', USERS[pick % 3]!, 'cat')),
      private: () => this.append(madePrivate(this.head + 1)),
      frame: () => this.frame(pick),
      repair: () => this.repair(),
      enter: () => this.enter(USERS[pick % 3]!),
      ask: () => one && this.ask(one),
      answer: () => one && this.answer(one),
      write: () => void this.feed.step(1 + (pick % 3)),
      decide: () => this.decide(),
      leave: () => one && this.leave(one),
    };
    acts[act]();
  }

  /** Everything that is on its way arrives. */
  settle(): void {
    for (let round = 0; round < 50; round++) {
      for (const one of this.all) {
        this.ask(one);
        this.answer(one);
      }
      this.feed.stream.expect(this.feed.stream.cursor === undefined ? 0 : this.head);
      this.repair();
      drain(this.feed);
      this.decide();
      drain(this.feed);
    }
  }

  private append(event: RoomEvent): void {
    const before = this.members.at(-1)!;
    const gone = event.data?.['userId'];
    this.log.push(event);
    this.members.push(new Set([...before].filter((userId) => userId !== gone)));
  }

  private frame(pick: number): void {
    if (this.head === 0) return;
    const from = pick % this.head;
    for (const each of groupEvents(this.log.slice(from, from + 1 + (pick % 4)))) this.feed.offer(each);
  }

  private repair(): void {
    const { cursor } = this.feed.stream;
    if (cursor === undefined) return;
    for (const each of groupEvents(this.log.slice(cursor.seq))) this.feed.offer(each);
  }

  private enter(userId: string): void {
    const subscription = new Subscription(reader(), userId);
    this.feed.enter(subscription);
    this.all.push({ subscription, from: undefined, gone: false, snapshot: undefined });
  }

  private ask(one: World['all'][number]): void {
    if (one.subscription.phase !== 'opening' || one.snapshot !== undefined) return;
    one.snapshot = this.head;
  }

  private answer(one: World['all'][number]): void {
    const { subscription, snapshot } = one;
    if (snapshot === undefined || subscription.phase !== 'opening') return;
    if (one.from === undefined) {
      if (!this.members[snapshot]!.has(subscription.userId)) {
        this.feed.leave(subscription);
        one.gone = true;
      } else {
        one.from = snapshot;
        this.feed.opened(subscription, { epoch: 1, seq: snapshot });
      }
    } else if (subscription.isOvertaken) {
      if (!this.members[this.head]!.has(subscription.userId)) this.feed.refuse(subscription, 'overtaken');
      else this.feed.reopened(subscription, groupEvents(this.log.slice(subscription.cursor!.seq)), { epoch: 1, seq: this.head });
    }
  }

  private decide(): void {
    if (this.feed.undecidedUserIds !== undefined) this.feed.decide(this.members[this.head]!);
  }

  private leave(one: World['all'][number]): void {
    this.feed.leave(one.subscription);
    one.gone = true;
  }

  /** The first event after which the person may not read, beyond a seq. */
  lossAfter(seq: number, userId: string): number | undefined {
    return this.log.find((event) => event.seq > seq && event.data?.['userId'] === userId)?.seq;
  }
}

const steps = fc.array(
  fc.record({
    act: fc.constantFrom<Step['act'][]>('commit', 'commit', 'commit', 'kick', 'private', 'frame', 'frame', 'frame', 'repair', 'enter', 'ask', 'answer', 'write', 'decide', 'leave'),
    pick: fc.nat(30),
  }),
  { maxLength: 120 },
);

describe('Whatever arrives in whatever order', () => {
  it('each reader gets every event after its cursor once, in order, and none after it lost access', () => {
    fc.assert(
      fc.property(steps, (acts) => {
        const world = new World();
        for (const act of acts) world.run(act);
        world.settle();
        for (const { subscription, from, gone } of world.all) {
          const { seqs, end } = subscription.reader;
          if (from === undefined) {
            expect(seqs).toEqual([]);
            continue;
          }
          expect(seqs).toEqual(range(from + 1, from + seqs.length));
          const loss = world.lossAfter(from, subscription.userId);
          if (loss !== undefined) expect(seqs.at(-1) ?? 0).toBeLessThanOrEqual(loss);
          if (gone || end === 'overtaken' || end === 'private') continue;
          expect(seqs.at(-1) ?? from).toBe(loss ?? world.head);
          expect(end !== undefined).toBe(loss !== undefined);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('groups read from the log end after each change of access', () => {
    const groups = groupEvents([posted(1), about(2, 'member.left', 'ann'), madePrivate(3), posted(4)]);
    expect(groups.map((each) => [each.fromSeq, lastSeqOf(each), each.access])).toEqual([
      [1, 2, { type: 'member.left', userId: 'ann' }],
      [3, 3, { type: 'room.updated' }],
      [4, 4, undefined],
    ]);
  });
});
