import { AppConfig } from '@agent-chat/config';
import { MAX_ANSWER_BYTES, type QueryAnswer, type RoomEvent } from '@agent-chat/contracts';
import { AppError, type Cursor, type ErrorBody, parseCursor, type RoomId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable } from '@nestjs/common';
import { Subscription } from '../../domain/subscription';
import { type Connection, type RoomSubscription } from './connection';
import { InterestRegistry } from './interest-registry';
import { RoomIndex } from './room-index';

const OPEN_TIMEOUT_MS = 5_000;
/** Of an answer, for events: the rest is its frame. */
const EVENTS_BYTES = MAX_ANSWER_BYTES - 32 * 1024;

export interface RoomToOpen {
  readonly roomId: RoomId;
  readonly cursor?: string | undefined;
}

export type OpenedRoom =
  | { readonly roomId: RoomId; readonly head: number; readonly cursor: string; readonly events: readonly RoomEvent[]; readonly more: boolean }
  | { readonly roomId: RoomId; readonly error: ErrorBody };

/** An answer, and what makes the rooms live: to be called once the answer is on its way, since frames must come after it. */
export interface Opened<Answer> {
  readonly answer: Answer;
  readonly release: () => void;
}

export interface EventsPage {
  readonly events: readonly RoomEvent[];
  readonly cursor: string;
  readonly more: boolean;
}

/** Rejects where it may not be read now. */
type Admission = () => Promise<void>;
const ADMITTED: Admission = () => Promise.resolve();

type Snapshot = QueryAnswer<'rooms.open'>['rooms'][number];
type Entered = ReadonlyMap<RoomId, RoomSubscription>;

/** Subscribing without a hole (P24). */
@Injectable()
export class Subscriptions {
  constructor(
    private readonly queries: QueryBus,
    private readonly index: RoomIndex,
    private readonly interest: InterestRegistry,
    private readonly config: AppConfig,
  ) {}

  /** Subscribes to rooms from their cursors on, or from their heads. A room that is subscribed to already starts anew. */
  async open(connection: Connection, rooms: readonly RoomToOpen[], admission = ADMITTED): Promise<Opened<OpenedRoom[]>> {
    // Whoever is gone must not enter an index that it would never leave.
    if (connection.isClosed) throw new AppError('UNAVAILABLE', { detail: 'The connection is closed' });
    const asked = [...new Map(rooms.map((room) => [room.roomId, room])).values()];
    const fresh = asked.filter(({ roomId }) => !connection.subscriptions.has(roomId)).length;
    if (connection.subscriptions.size + fresh > this.config.limits.subscriptionsPerConnection) throw new AppError('TOO_MANY_SUBSCRIPTIONS');
    // Nothing is awaited before this: a later call to unsubscribe must find what it ends.
    const entered = this.enterAll(connection, asked);
    const snapshots = await this.snapshots(connection, asked, entered, admission);
    const answer = snapshots.map((snapshot) => this.settle(connection, snapshot, entered));
    const answered = new Set(answer.map(({ roomId }) => roomId));
    for (const [roomId, subscription] of entered) if (!answered.has(roomId)) this.forget(connection, roomId, subscription);
    return {
      answer,
      release: () => {
        for (const snapshot of snapshots) if (snapshot.ok && !snapshot.more) this.goLive(snapshot, entered);
      },
    };
  }

  /** More of the log. In a room that is catching up, the page that reaches the head makes the subscription live. */
  async fetch(connection: Connection, roomId: RoomId, after: string, limit: number): Promise<Opened<EventsPage>> {
    const input = { userId: connection.userId, roomId, after, limit, maxBytes: EVENTS_BYTES };
    const page = await this.queries.ask('room.events', input, { timeoutMs: OPEN_TIMEOUT_MS });
    if (page.more || connection.subscriptions.get(roomId)?.phase !== 'catching-up') return { answer: page, release: () => undefined };
    const { answer, release } = await this.open(connection, [{ roomId, cursor: page.cursor }]);
    const [room] = answer;
    if (room === undefined || 'error' in room) throw room === undefined ? new AppError('INTERNAL') : AppError.fromBody(room.error);
    // A second answer's worth of events in between: the caller comes again for them.
    if (room.more) return { answer: { ...page, more: true }, release };
    return { answer: { events: [...page.events, ...room.events], cursor: room.cursor, more: false }, release };
  }

  drop(connection: Connection, roomIds: Iterable<RoomId>): void {
    for (const roomId of roomIds) {
      const subscription = connection.subscriptions.get(roomId);
      if (subscription === undefined) continue;
      connection.subscriptions.delete(roomId);
      this.index.leave(roomId, subscription);
    }
  }

  dropAll(connection: Connection): void {
    this.drop(connection, [...connection.subscriptions.keys()]);
  }

  private enterAll(connection: Connection, rooms: readonly RoomToOpen[]): Entered {
    const entered = new Map<RoomId, RoomSubscription>();
    for (const { roomId } of rooms) {
      const subscription: RoomSubscription = new Subscription(connection, connection.userId);
      // In before the old one is out: the room's stream goes on.
      const room = this.index.enter(roomId, subscription);
      this.drop(connection, [roomId]);
      // The room's own id, one for all its readers, not the text that this one sent.
      connection.subscriptions.set(room.roomId, subscription);
      entered.set(roomId, subscription);
    }
    return entered;
  }

  private async snapshots(connection: Connection, rooms: readonly RoomToOpen[], entered: Entered, admission: Admission): Promise<Snapshot[]> {
    try {
      await admission();
      // Interest before the head: an event between the two shows up as a gap, not as a hole (P23).
      await this.interest.ensure(rooms.map(({ roomId }) => roomId));
      const input = {
        userId: connection.userId,
        rooms: rooms.map(({ roomId, cursor }) => (cursor === undefined ? { roomId } : { roomId, cursor })),
        maxBytes: EVENTS_BYTES,
      };
      return (await this.queries.ask('rooms.open', input, { timeoutMs: OPEN_TIMEOUT_MS })).rooms;
    } catch (error) {
      for (const [roomId, subscription] of entered) this.forget(connection, roomId, subscription);
      throw error;
    }
  }

  private settle(connection: Connection, snapshot: Snapshot, entered: Entered): OpenedRoom {
    const { roomId } = snapshot;
    const subscription = entered.get(roomId);
    if (!snapshot.ok) {
      if (subscription !== undefined) this.forget(connection, roomId, subscription);
      return { roomId, error: snapshot.error };
    }
    this.interest.compare(roomId, snapshot);
    // Nothing is held while there is more (P24).
    if (snapshot.more && subscription?.phase === 'opening') this.index.leave(roomId, subscription, 'catching-up');
    const { head, cursor, events, more } = snapshot;
    return { roomId, head, cursor, events, more };
  }

  private goLive(snapshot: Extract<Snapshot, { ok: true }>, entered: Entered): void {
    const { roomId, epoch, head } = snapshot;
    const subscription = entered.get(roomId);
    const room = this.index.get(roomId);
    if (subscription === undefined || room === undefined) return;
    const reached: Cursor = parseCursor(snapshot.cursor) ?? { epoch, seq: head };
    room.feed.opened(subscription, reached);
    this.index.deliver(room);
  }

  private forget(connection: Connection, roomId: RoomId, subscription: RoomSubscription): void {
    if (connection.subscriptions.get(roomId) === subscription) connection.subscriptions.delete(roomId);
    this.index.leave(roomId, subscription);
  }
}
