import { type EventGroup, type EphemeralItem } from '@agent-chat/contracts';
import { type Cursor, type RoomId } from '@agent-chat/kernel';
import { lastSeqOf } from '../../domain/event-groups';
import { RoomFeed, type FeedOutlet } from '../../domain/room-feed';
import { type EndReason } from '../../domain/subscription';
import { type Connection, type RoomSubscription } from './connection';
import { type Deliverer } from './delivery-queue';
import { EventsFrame } from './events-frame';

/** What a room asks of its surroundings; each is answered later. */
export interface RoomNeeds {
  /** Events are known to exist that have not arrived. */
  repair(room: LocalRoom): void;
  /** It was made private: who may still read? */
  decideReaders(room: LocalRoom, userIds: ReadonlySet<string>): void;
  /** A reader's snapshot is too old. */
  reopen(room: LocalRoom, subscription: RoomSubscription): void;
  delivered(events: number): void;
  /** Its events have reached somebody here for the first time. */
  arrived(group: EventGroup): void;
  ended(reason: EndReason): void;
  failed(room: LocalRoom, error: unknown): void;
}

/** From so many readers on, a room is written to with rests, by itself. */
const LARGE_ROOM_READERS = 500;
/** A large room rests so many times as long as writing to all of its readers took: the rest of the time belongs to others. */
const REST_FACTOR = 2;
const LONGEST_REST_MS = 1_000;
/** Where more than this share of the readers have yet to take what they were sent, the room rests as long as it may: whoever has no time to read has none to answer a ping either. */
const BUSY_SHARE = 0.5;
/** What may wait to be written to a large room, events times readers. */
const MAX_WAITING_DELIVERIES = 100_000;

/** A room that somebody here is subscribed to. */
export class LocalRoom implements Deliverer, FeedOutlet<Connection> {
  readonly feed = new RoomFeed<Connection>(this);
  /** The group whose frame was made last: every reader of a group shares one frame (P26). */
  private framed: { group: EventGroup; frame: EventsFrame } | undefined;
  private isDeciding = false;
  /** Up to which seq somebody here has had everything. */
  private arrivedSeq = 0;
  /** Events handed over since they were counted last. */
  private handed = 0;
  restUntilMs = 0;
  /** How long writing the present group to large room's readers has taken so far. */
  private writingMs = 0;
  /** How many of them had yet to take what was written before. */
  private busyReaders = 0;

  constructor(
    readonly roomId: RoomId,
    private readonly needs: RoomNeeds,
  ) {}

  step(limit: number): boolean {
    const more = this.isLarge ? this.advanceWithRests(limit) : this.advance(limit);
    if (this.handed > 0) this.needs.delivered(this.handed);
    this.handed = 0;
    const { undecidedUserIds } = this.feed;
    if (undecidedUserIds !== undefined && !this.isDeciding) {
      this.isDeciding = true;
      this.needs.decideReaders(this, undecidedUserIds);
    }
    if (!more) {
      this.framed = undefined;
      if (this.feed.stream.behind) this.needs.repair(this);
    }
    return more;
  }

  /** Whether more is said in it than can be written to its readers: what comes in addition would only wait. */
  get isBehind(): boolean {
    return this.isLarge && this.feed.stream.waitingEvents * this.feed.liveCount > MAX_WAITING_DELIVERIES;
  }

  decide(allowed: ReadonlySet<string>): void {
    this.isDeciding = false;
    this.feed.decide(allowed);
  }

  /** Something known from the log, read for a gap or a late stream. */
  offerAll(groups: readonly EventGroup[]): void {
    for (const group of groups) this.feed.offer(group);
  }

  get cursor(): Cursor | undefined {
    return this.feed.stream.cursor;
  }

  sendEphemeral(items: EphemeralItem[], except: string): void {
    for (const { reader, userId } of this.feed.readers()) if (userId !== except) reader.sendEphemeral(items);
  }

  deliver({ reader }: RoomSubscription, group: EventGroup): void {
    if (reader.isBusy) this.busyReaders += 1;
    try {
      reader.sendEvents(this.roomId, this.frameOf(group), this.isLarge);
    } catch (error) {
      // One broken connection must not stop the room; its client resumes from its cursor.
      this.needs.failed(this, error);
      reader.close({ code: 'INTERNAL' });
    }
    this.handed += group.events.length;
  }

  overtaken(subscription: RoomSubscription): void {
    this.needs.reopen(this, subscription);
  }

  ended(subscription: RoomSubscription, reason: EndReason): void {
    const { reader } = subscription;
    // A newer subscription of the same connection stays.
    if (reader.subscriptions.get(this.roomId) === subscription) reader.subscriptions.delete(this.roomId);
    reader.send('resync', { roomId: this.roomId, reason });
    this.needs.ended(reason);
  }

  private get isLarge(): boolean {
    return this.feed.liveCount >= LARGE_ROOM_READERS;
  }

  private advanceWithRests(limit: number): boolean {
    const startedMs = performance.now();
    const more = this.advance(limit);
    const nowMs = performance.now();
    this.writingMs += nowMs - startedMs;
    if (!this.feed.isWriting) {
      const restMs = this.busyReaders > this.feed.liveCount * BUSY_SHARE ? LONGEST_REST_MS : this.writingMs * REST_FACTOR;
      this.restUntilMs = nowMs + Math.min(restMs, LONGEST_REST_MS);
      this.writingMs = 0;
      this.busyReaders = 0;
    }
    return more;
  }

  private advance(limit: number): boolean {
    try {
      return this.feed.step(limit);
    } catch (error) {
      // The order is broken: complete or refused, so everybody reads again.
      this.needs.failed(this, error);
      this.feed.restart();
      return false;
    }
  }

  private frameOf(group: EventGroup): EventsFrame {
    if (this.framed?.group !== group) {
      this.framed = { group, frame: new EventsFrame(group) };
      if (group.fromSeq > this.arrivedSeq) this.needs.arrived(group);
      this.arrivedSeq = Math.max(this.arrivedSeq, lastSeqOf(group));
    }
    return this.framed.frame;
  }
}
