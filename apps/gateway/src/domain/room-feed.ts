import { type AccessChange, type EventGroup } from '@agent-chat/contracts';
import { type Cursor } from '@agent-chat/kernel';
import { lastSeqOf } from './event-groups';
import { RoomStream } from './room-stream';
import { type EndReason, type Subscription } from './subscription';

/** What a feed does to its readers. */
export interface FeedOutlet<Reader> {
  deliver(subscription: Subscription<Reader>, group: EventGroup): void;
  /** The stream began, or its buffer begins, beyond the reader's snapshot: a newer snapshot is needed, see `reopened`. */
  overtaken(subscription: Subscription<Reader>): void;
  /** After the event that ended it was delivered. */
  ended(subscription: Subscription<Reader>, reason: EndReason): void;
}

interface Delivery<Reader> {
  readonly group: EventGroup;
  readonly targets: readonly Subscription<Reader>[];
  done: number;
}

/** One room in this gateway: its stream, and who reads it. Every reader gets each event after its cursor once, in order, and none after it lost access. */
export class RoomFeed<Reader> {
  readonly stream = new RoomStream();
  private readonly live = new Set<Subscription<Reader>>();
  private readonly opening = new Set<Subscription<Reader>>();
  /** Of those, the ones whose snapshot is there and which only wait until the stream reaches it: while thousands open, a step looks at these alone. */
  private readonly awaiting = new Set<Subscription<Reader>>();
  private delivery: Delivery<Reader> | undefined;
  /** A group has made the room private: who may still read is being asked, and nothing is written meanwhile (P25). */
  private undecided: EventGroup | undefined;

  constructor(private readonly outlet: FeedOutlet<Reader>) {}

  get liveCount(): number {
    return this.live.size;
  }

  get isEmpty(): boolean {
    return this.live.size === 0 && this.opening.size === 0;
  }

  /** Whose access `decide` is waited for. */
  get undecidedUserIds(): ReadonlySet<string> | undefined {
    if (this.undecided === undefined) return undefined;
    return new Set([...this.live, ...this.opening].map(({ userId }) => userId));
  }

  /** Whether some readers have a group already that others are yet to get. */
  get isWriting(): boolean {
    return this.delivery !== undefined;
  }

  readers(): Iterable<Subscription<Reader>> {
    return this.live;
  }

  /** Enters the index with its frames held (P24). */
  enter(subscription: Subscription<Reader>): void {
    subscription.phase = 'opening';
    this.opening.add(subscription);
    this.stream.keep();
  }

  /** Takes a reader out; nothing more is delivered to it. */
  leave(subscription: Subscription<Reader>, phase: 'ended' | 'catching-up' = 'ended'): void {
    subscription.phase = phase;
    this.live.delete(subscription);
    this.awaiting.delete(subscription);
    if (this.opening.delete(subscription)) this.stream.release();
  }

  /** The snapshot of an opening reader is there. It is released as soon as the stream has reached its head: see `release`. */
  opened(subscription: Subscription<Reader>, snapshot: Cursor): void {
    if (subscription.phase !== 'opening') return;
    const { cursor } = this.stream;
    if (cursor !== undefined && cursor.epoch > snapshot.epoch) return this.end(subscription, 'restored');
    if (cursor !== undefined && cursor.epoch < snapshot.epoch) this.restart();
    subscription.opened(snapshot);
    if (this.stream.cursor === undefined && this.stream.start(snapshot)) return this.end(subscription, 'restored');
    this.awaiting.add(subscription);
    this.stream.expect(snapshot.seq);
  }

  /** A newer snapshot of an overtaken reader: what lies between the two, and its head. */
  reopened(subscription: Subscription<Reader>, between: readonly EventGroup[], snapshot: Cursor): void {
    if (subscription.phase !== 'opening') return;
    if (subscription.snapshot?.epoch !== snapshot.epoch) return this.end(subscription, 'restored');
    for (const group of between) this.hand(subscription, group);
    subscription.isOvertaken = false;
    this.opened(subscription, snapshot);
  }

  /** Ends what can't go on. */
  refuse(subscription: Subscription<Reader>, reason: EndReason): void {
    if (subscription.phase !== 'ended') this.end(subscription, reason);
  }

  /** Takes in what arrived. Events leave by `step`. */
  offer(group: EventGroup): void {
    if (!this.stream.offer(group)) return;
    this.restart();
    this.stream.offer(group);
  }

  /** Writes to at most `limit` readers; true while there is more to write now. */
  step(limit: number): boolean {
    if (this.undecided !== undefined) return false;
    this.delivery ??= this.begin();
    if (this.delivery === undefined) {
      this.release();
      return false;
    }
    const { group, targets, done } = this.delivery;
    const until = Math.min(done + limit, targets.length);
    for (let at = done; at < until; at++) {
      const target = targets[at];
      if (target?.phase === 'live') this.hand(target, group);
    }
    this.delivery.done = until;
    if (until === targets.length) {
      this.delivery = undefined;
      // The index changes before the next group is written (P25).
      this.applyAccess(group);
      this.release();
    }
    return true;
  }

  /** The answer to `undecidedUserIds`: who may still read. */
  decide(allowed: ReadonlySet<string>): void {
    const at = this.undecided && lastSeqOf(this.undecided);
    if (at === undefined) return;
    this.undecided = undefined;
    for (const subscription of this.opening) if (!allowed.has(subscription.userId)) subscription.deniedAt ??= at;
    for (const subscription of [...this.live]) {
      if (!allowed.has(subscription.userId) && isConcerned(subscription, at)) this.end(subscription, 'private');
    }
    this.release();
  }

  /** History was restored, or the log was read and doesn't continue: nobody's cursor can be continued here. */
  restart(): void {
    const started = [...this.live, ...[...this.opening].filter(({ snapshot }) => snapshot !== undefined)];
    this.delivery = undefined;
    this.undecided = undefined;
    this.stream.reset();
    for (const subscription of started) this.end(subscription, 'restored');
  }

  private begin(): Delivery<Reader> | undefined {
    const group = this.stream.next();
    // A copy: who is released meanwhile gets this group by its release.
    return group && { group, targets: [...this.live], done: 0 };
  }

  private release(): void {
    if (this.undecided !== undefined) return;
    for (const subscription of this.awaiting) {
      const { snapshot } = subscription;
      if (snapshot !== undefined && snapshot.seq <= (this.stream.cursor?.seq ?? -1)) this.releaseOne(subscription, snapshot);
    }
  }

  /** What was held is delivered, and its changes of access applied, before the reader is live (P25). */
  private releaseOne(subscription: Subscription<Reader>, snapshot: Cursor): void {
    const held = this.stream.since(snapshot.seq);
    if (held === undefined) {
      subscription.isOvertaken = true;
      this.awaiting.delete(subscription);
      return this.outlet.overtaken(subscription);
    }
    this.leave(subscription);
    subscription.phase = 'live';
    this.live.add(subscription);
    for (const group of held) {
      this.hand(subscription, group);
      const reason = this.lossOf(subscription, group);
      if (reason !== undefined) return this.end(subscription, reason);
    }
  }

  private lossOf(subscription: Subscription<Reader>, group: EventGroup): EndReason | undefined {
    const { access } = group;
    if (access === undefined) return undefined;
    if (subscription.deniedAt === lastSeqOf(group)) return 'private';
    return access.userId === subscription.userId ? endReasonOf(access, group) : undefined;
  }

  private applyAccess(group: EventGroup): void {
    const { access } = group;
    if (access === undefined) return;
    if (access.type === 'room.updated') {
      if (becomesPrivate(group)) this.undecided = group;
      return;
    }
    const reason = endReasonOf(access, group);
    if (reason === undefined) return;
    for (const subscription of [...this.live]) {
      if (subscription.userId === access.userId && isConcerned(subscription, lastSeqOf(group))) this.end(subscription, reason);
    }
  }

  private hand(subscription: Subscription<Reader>, group: EventGroup): void {
    const unseen = subscription.take(group);
    if (unseen !== undefined) this.outlet.deliver(subscription, unseen);
  }

  private end(subscription: Subscription<Reader>, reason: EndReason): void {
    this.leave(subscription);
    this.outlet.ended(subscription, reason);
  }
}

/** A snapshot at or beyond the change knew of it. */
function isConcerned(subscription: Subscription<unknown>, changedAt: number): boolean {
  return subscription.snapshot !== undefined && subscription.snapshot.seq < changedAt;
}

function endReasonOf(access: AccessChange, group: EventGroup): EndReason | undefined {
  if (access.type === 'member.banned') return 'banned';
  if (access.type !== 'member.left') return undefined;
  return lastEventOf(group).actorId === access.userId ? 'left' : 'removed';
}

function becomesPrivate(group: EventGroup): boolean {
  const kind = lastEventOf(group).data?.kind;
  return kind === 'private' || kind === 'direct';
}

function lastEventOf(group: EventGroup): { readonly actorId?: string; readonly data?: { readonly kind?: string } } {
  return JSON.parse(group.events.at(-1) ?? '{}') as { actorId?: string; data?: { kind?: string } };
}
