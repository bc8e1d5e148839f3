import { type Environment } from './clock';
import { parseCursor } from './cursor';
import { Emitter, type Unsubscribe } from './emitter';
import { AgentChatError } from './errors';
import { type KeptAnswers } from './kept-answers';
import { type LiveRequest, type LiveRooms } from './live-rooms';
import { type MessagesApi } from './messages-api';
import { type Draft, type LocalMessage, type Outbox } from './outbox';
import { type ReadMarks } from './read-marks';
import { asKnownEvent, type RoomEvent } from './room-events';
import { type RoomSubscription, type SubscriptionState } from './room-subscription';
import { type ReadableStore } from './store';
import { RoomTimeline } from './timeline';
import { type Resync } from './types';
import { RoomTyping } from './typing';

/** What a room tells. */
export interface RoomHandleEvents {
  /** Each event once, in order, none left out. */
  event: RoomEvent;
  /** The log could not be continued: what follows comes after a cursor of its history read anew. */
  resync: Resync;
  state: { readonly state: SubscriptionState; readonly error?: AgentChatError | undefined };
}

/** The part of a timeline that a user interface needs. */
export type Timeline = Pick<RoomTimeline, 'subscribe' | 'getSnapshot' | 'loadOlder' | 'loadNewer' | 'loadAround' | 'loadLatest'>;

/** What a room's handle is built from. */
export interface RoomDependencies {
  readonly messages: MessagesApi;
  readonly live: LiveRooms;
  readonly request: LiveRequest;
  readonly readMarks: ReadMarks;
  readonly environment: Environment;
  readonly outbox: () => Outbox | undefined;
  readonly me: () => string | undefined;
  readonly kept?: KeptAnswers | undefined;
  readonly onEvent: (event: RoomEvent) => void;
  /** Everything up to `seq` was delivered, or was there before the room was followed. */
  readonly onLive: (roomId: string, seq: number) => void;
  readonly onResync: (resync: Resync) => void;
  readonly onRead: (roomId: string, seq: number) => void;
  readonly onUnread: (roomId: string, seq: number, unreadCount: number) => void;
  readonly onError: (error: AgentChatError) => void;
  readonly pageSize: number;
  readonly maxMessages: number;
}

/** One room: its events, its messages for a user interface, and what the person does in it. */
export class RoomHandle {
  private readonly emitter: Emitter<RoomHandleEvents>;
  private readonly messages: RoomTimeline;
  private readonly whoTypes: RoomTyping;
  private subscription: RoomSubscription | undefined;
  private users = 0;
  /** Grows when the last user has gone: what was begun for them is dropped. */
  private turn = 0;
  private isTimelineOpen = false;

  constructor(
    readonly roomId: string,
    private readonly dependencies: RoomDependencies,
  ) {
    const onFailure = (error: unknown): void => dependencies.onError(AgentChatError.from(error));
    this.emitter = new Emitter(onFailure);
    this.messages = new RoomTimeline({ ...dependencies, roomId });
    this.whoTypes = new RoomTyping(roomId, dependencies.request, dependencies.environment, onFailure);
  }

  /** The messages, once `open` was called. */
  get timeline(): Timeline {
    return this.messages;
  }

  /** The userIds of those who type. */
  get typing(): ReadableStore<readonly string[]> {
    return this.whoTypes;
  }

  /** Everything up to here was delivered; keep it to continue from there with `subscribe`. */
  get cursor(): string | undefined {
    return this.subscription?.position;
  }

  on<Name extends keyof RoomHandleEvents>(name: Name, listener: (body: RoomHandleEvents[Name]) => void): Unsubscribe {
    return this.emitter.on(name, listener);
  }

  /**
   * Follows the room from a cursor, or from its head on, until the answered function is called; listen with `on('event')` first. Works across
   * reconnects. Throws ALREADY_SUBSCRIBED for a cursor while the room is followed from another one.
   */
  subscribe(options: { readonly cursor?: string | undefined } = {}): Unsubscribe {
    if (this.subscription === undefined) {
      if (options.cursor !== undefined) this.messages.begin(options.cursor);
      this.follow({ cursor: options.cursor });
    } else if (options.cursor !== undefined && options.cursor !== this.cursor) {
      throw new AgentChatError('ALREADY_SUBSCRIBED', { message: `The room is followed already, and is at ${this.cursor ?? 'its head'}` });
    }
    return this.use();
  }

  /** Loads the newest messages into `timeline` and follows the room until the answered function is called. Failures are in the snapshot. */
  open(): Unsubscribe {
    if (!this.isTimelineOpen) {
      this.isTimelineOpen = true;
      if (this.subscription === undefined) void this.begin(this.turn);
      else if (this.cursor !== undefined) this.loadLatest();
    }
    return this.use();
  }

  /** Shows the message at once and sends it as soon as possible, exactly once, in order. Throws SIGNED_OUT when nobody is signed in. */
  send(draft: Draft): LocalMessage {
    const outbox = this.outbox();
    const me = this.dependencies.me();
    if (me !== undefined) this.whoTypes.stopped(me, true);
    return outbox.add(this.roomId, draft);
  }

  /** Sends a message again that has failed or waits for the person's word. */
  retry(clientMsgId: string): Promise<void> {
    return this.outbox().retry(clientMsgId);
  }

  /** Forgets a message that was not sent. */
  discard(clientMsgId: string): Promise<void> {
    return this.outbox().discard(clientMsgId);
  }

  /** Call it with each key stroke; at most one call each 3 s goes out. */
  setTyping(typing: boolean): void {
    this.whoTypes.set(typing);
  }

  /** Everything up to here has been read. Coalesced; never goes back. */
  markRead(seq: number): void {
    this.dependencies.onRead(this.roomId, seq);
    this.dependencies.readMarks.mark(this.roomId, seq);
  }

  /** Sets the read mark back to before a message. */
  async markUnread(seq: number): Promise<void> {
    this.dependencies.readMarks.forget(this.roomId);
    const before = Math.max(0, seq - 1);
    const { unreadCount } = await this.dependencies.messages.markRead(this.roomId, before, { force: true });
    this.dependencies.onUnread(this.roomId, before, unreadCount);
  }

  /** For the client: somebody types or has stopped. */
  receiveTyping(userId: string, typing: boolean): void {
    if (userId !== this.dependencies.me()) this.whoTypes.receive({ roomId: this.roomId, userId, typing });
  }

  /** For the client: joins the person's outbox. */
  attach(outbox: Outbox): void {
    outbox.on('changed', (roomId) => roomId === this.roomId && this.messages.outboxChanged());
    outbox.on('posted', ({ entry, posted }) => entry.roomId === this.roomId && this.messages.outboxPosted(entry, posted));
    this.messages.outboxChanged();
  }

  /** For the client: ends everything. */
  close(): void {
    this.users = 0;
    this.release();
    this.whoTypes.close();
  }

  private outbox(): Outbox {
    const outbox = this.dependencies.outbox();
    if (outbox === undefined) throw new AgentChatError('SIGNED_OUT', { message: 'Nobody is signed in: await login(), ready() or connect() first' });
    return outbox;
  }

  private use(): Unsubscribe {
    this.users++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      if (--this.users === 0) this.release();
    };
  }

  private release(): void {
    this.turn++;
    this.isTimelineOpen = false;
    if (this.subscription === undefined) return;
    this.dependencies.live.close(this.subscription);
    this.subscription = undefined;
    this.messages.follow('waiting');
  }

  /** The page first, so that there is something to see while the connection is still on its way. */
  private async begin(turn: number): Promise<void> {
    const cursor = await this.messages.restart().catch(() => undefined);
    if (turn === this.turn && this.subscription === undefined) this.follow({ cursor, anew: cursor === undefined });
  }

  private loadLatest(): void {
    this.messages.loadLatest().catch((error: unknown) => this.dependencies.onError(AgentChatError.from(error)));
  }

  private follow(start: { readonly cursor?: string | undefined; readonly anew?: boolean }): void {
    this.subscription = this.dependencies.live.open(
      this.roomId,
      {
        onEvent: (event) => this.received(event),
        onResync: (reason) => {
          this.emitter.emit('resync', { roomId: this.roomId, reason });
          this.dependencies.onResync({ roomId: this.roomId, reason });
        },
        startOver: () => this.messages.restart(),
        onState: (state, error) => this.changed(state, error),
      },
      start,
    );
  }

  private changed(state: SubscriptionState, error?: AgentChatError): void {
    if (state === 'live' && this.cursor !== undefined) {
      this.messages.begin(this.cursor);
      this.dependencies.onLive(this.roomId, parseCursor(this.cursor).seq);
    }
    this.messages.follow(state, error);
    this.emitter.emit('state', { state, error });
    if (state === 'live' && this.isTimelineOpen && this.messages.isEmpty) this.loadLatest();
  }

  private received(event: RoomEvent): void {
    const known = asKnownEvent(event);
    this.messages.apply(event);
    if (known?.type === 'message.posted') {
      const { authorId, clientMsgId, messageId } = known.data;
      const isMe = authorId === this.dependencies.me();
      this.whoTypes.stopped(authorId, isMe);
      if (isMe) this.dependencies.outbox()?.settle(clientMsgId, { messageId, seq: event.seq, epoch: event.epoch, committedAt: known.at, duplicate: false });
    }
    this.dependencies.onEvent(event);
    this.emitter.emit('event', event);
  }
}
