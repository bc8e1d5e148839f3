import { type RoomEvent } from '@agent-chat/contracts';
import fc from 'fast-check';
import { groupEvents } from './event-groups';
import { RoomFeed } from './room-feed';
import { Subscription } from './subscription';
import { about, drain, madePrivate, Outlet, posted, type Reader, reader } from './testing/room-log';

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

  /** What is wrong with what somebody got, once everything has arrived. */
  faultOf({ subscription, from, gone }: World['all'][number]): string | undefined {
    const { seqs, end } = subscription.reader;
    const got = `from ${from}: ${seqs.join()} then ${end} of ${this.head}`;
    if (from === undefined) return seqs.length === 0 ? undefined : `got something without a snapshot, ${got}`;
    if (seqs.some((seq, at) => seq !== from + 1 + at)) return `a hole, a repeat or a swap, ${got}`;
    const loss = this.lossAfter(from, subscription.userId);
    if (loss !== undefined && (seqs.at(-1) ?? 0) > loss) return `more than allowed, ${got}`;
    if (gone || end === 'overtaken' || end === 'private') return undefined;
    if ((seqs.at(-1) ?? from) !== (loss ?? this.head)) return `too little, ${got}`;
    return (end !== undefined) === (loss !== undefined) ? undefined : `ended wrongly, ${got}`;
  }

  /** The first event after which the person may not read, beyond a seq. */
  lossAfter(seq: number, userId: string): number | undefined {
    return this.log.find((event) => event.seq > seq && event.data?.['userId'] === userId)?.seq;
  }
}

const steps = fc.array(
  fc.record({
    act: fc.constantFrom<Step['act'][]>(
      'commit',
      'commit',
      'commit',
      'kick',
      'private',
      'frame',
      'frame',
      'frame',
      'repair',
      'enter',
      'ask',
      'answer',
      'write',
      'decide',
      'leave',
    ),
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
        expect(world.all.map((one) => world.faultOf(one)).filter((fault) => fault !== undefined)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
