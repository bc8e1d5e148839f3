import { type EventGroup } from '@agent-chat/contracts';
import { type Cursor } from '@agent-chat/kernel';
import { after, lastSeqOf, sizeOf } from './event-groups';

/** What may wait behind a gap, and what is kept while somebody subscribes; what comes beyond is read from the log. */
const MAX_BUFFERED_BYTES = 2 * 1024 * 1024;
/** Groups that wait leave as one of up to this size: each costs a write to every reader. */
const MAX_JOINED_BYTES = 64 * 1024;

/**
 * What this gateway has seen of one room: consecutive groups from a starting point on. Groups come in any order, repeated or with holes,
 * and leave through `next` in order, each event once (P27).
 */
export class RoomStream {
  private position: Cursor | undefined;
  /** The highest seq known to exist. */
  private target = 0;
  /** Groups that can't be applied yet, by their first seq. */
  private readonly waiting: EventGroup[] = [];
  private waitingBytes = 0;
  /** Events of the groups that wait. */
  waitingEvents = 0;
  /** Applied groups, newest last; kept only while somebody subscribes (P24). */
  private readonly recent: EventGroup[] = [];
  private recentBytes = 0;
  private keepers = 0;

  /** Undefined until the first head is known. */
  get cursor(): Cursor | undefined {
    return this.position;
  }

  /** Begins behind a head read on the primary; what arrived before stays and is applied if it lies beyond. True as in `offer`. */
  start(cursor: Cursor): boolean {
    if (this.waiting.some((group) => group.epoch > cursor.epoch)) return true;
    this.position = cursor;
    this.target = Math.max(cursor.seq, ...this.waiting.filter((group) => group.epoch === cursor.epoch).map(lastSeqOf));
    this.recent.length = 0;
    this.recentBytes = 0;
    return false;
  }

  /** Takes a group in. True when it is of a later epoch: history was restored and nothing here can be continued (P29). */
  offer(group: EventGroup): boolean {
    const { position } = this;
    if (group.events.length === 0) return false;
    if (position !== undefined) {
      if (group.epoch > position.epoch) return true;
      if (group.epoch < position.epoch || lastSeqOf(group) <= position.seq) return false;
    }
    this.target = Math.max(this.target, lastSeqOf(group));
    this.insert(group);
    return false;
  }

  /** Forgets everything, as before the first head. */
  reset(): void {
    this.position = undefined;
    this.target = 0;
    this.waiting.length = 0;
    this.waitingBytes = 0;
    this.waitingEvents = 0;
    this.recent.length = 0;
    this.recentBytes = 0;
  }

  /** Somebody knows that the room reaches at least this far. */
  expect(seq: number): void {
    this.target = Math.max(this.target, seq);
  }

  /** What comes next, of several groups that wait as one, up to one that changes access (P25); the position moves behind it. */
  next(): EventGroup | undefined {
    const first = this.nextGroup();
    if (first === undefined) return undefined;
    let next: EventGroup = first;
    let bytes = sizeOf(first);
    while (this.hasNext && next.access === undefined && bytes < MAX_JOINED_BYTES) {
      const following = this.nextGroup();
      if (following === undefined) break;
      bytes += sizeOf(following);
      next = { ...following, fromSeq: next.fromSeq, events: [...next.events, ...following.events] };
    }
    this.remember(next);
    return next;
  }

  private nextGroup(): EventGroup | undefined {
    const { position } = this;
    if (position === undefined) return undefined;
    for (;;) {
      const first = this.waiting[0];
      if (first === undefined || (first.epoch === position.epoch && first.fromSeq > position.seq + 1)) return undefined;
      this.waiting.shift();
      this.count(first, -1);
      const unseen = first.epoch === position.epoch ? after(first, position.seq) : undefined;
      if (unseen !== undefined) {
        this.position = { epoch: position.epoch, seq: lastSeqOf(unseen) };
        return unseen;
      }
    }
  }

  /** Whether events are known to exist that have not arrived: some must be read from the log. */
  get behind(): boolean {
    const { position } = this;
    return position !== undefined && this.target > position.seq && !this.hasNext;
  }

  /** Whether `next` has something. */
  get hasNext(): boolean {
    const first = this.waiting[0];
    return first !== undefined && this.position !== undefined && first.fromSeq <= this.position.seq + 1;
  }

  /** Whether something arrived out of order, so that waiting won't bring what lies before it. */
  get hasGap(): boolean {
    return this.behind && this.waiting.length > 0;
  }

  /** From now on applied groups are kept, until each keeper has called `release`. */
  keep(): void {
    this.keepers++;
  }

  release(): void {
    this.keepers--;
    if (this.keepers > 0) return;
    this.recent.length = 0;
    this.recentBytes = 0;
  }

  /** What was applied after a seq, or undefined if that is no longer all here. */
  since(seq: number): readonly EventGroup[] | undefined {
    if (this.position === undefined || seq >= this.position.seq) return [];
    const first = this.recent[0];
    if (first === undefined || first.fromSeq > seq + 1) return undefined;
    return this.recent.map((group) => after(group, seq)).filter((group) => group !== undefined);
  }

  private insert(group: EventGroup): void {
    let at = this.waiting.length;
    while (at > 0 && comesBefore(group, this.waiting[at - 1])) at--;
    this.waiting.splice(at, 0, group);
    this.count(group, 1);
    while (this.waitingBytes > MAX_BUFFERED_BYTES && this.waiting.length > 1) this.count(this.waiting.pop(), -1);
  }

  private count(group: EventGroup | undefined, sign: 1 | -1): void {
    this.waitingBytes += sign * sizeOf(group);
    this.waitingEvents += sign * (group?.events.length ?? 0);
  }

  private remember(group: EventGroup): void {
    if (this.keepers === 0) return;
    this.recent.push(group);
    this.recentBytes += sizeOf(group);
    while (this.recentBytes > MAX_BUFFERED_BYTES && this.recent.length > 1) this.recentBytes -= sizeOf(this.recent.shift());
  }
}

function comesBefore(one: EventGroup, other: EventGroup | undefined): boolean {
  if (other === undefined) return false;
  return one.epoch === other.epoch ? one.fromSeq < other.fromSeq : one.epoch < other.epoch;
}
