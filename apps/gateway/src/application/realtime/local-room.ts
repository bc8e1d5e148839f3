import { type EventGroup, type EphemeralItem } from '@agent-chat/contracts';
import { type Cursor, type RoomId } from '@agent-chat/kernel';
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
  ended(reason: EndReason): void;
  failed(room: LocalRoom, error: unknown): void;
}

/** A room that somebody here is subscribed to. */
export class LocalRoom implements Deliverer, FeedOutlet<Connection> {
  readonly feed = new RoomFeed<Connection>(this);
  /** The group whose frame was made last: every reader of a group shares one frame (P26). */
  private framed: { group: EventGroup; frame: EventsFrame } | undefined;
  private isDeciding = false;
  /** Events handed over since they were counted last. */
  private handed = 0;

  constructor(
    readonly roomId: RoomId,
    private readonly needs: RoomNeeds,
  ) {}

  step(limit: number): boolean {
    const more = this.advance(limit);
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
    try {
      reader.sendEvents(this.roomId, this.frameOf(group));
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
    if (this.framed?.group !== group) this.framed = { group, frame: new EventsFrame(group) };
    return this.framed.frame;
  }
}
