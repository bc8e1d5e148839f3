import { type Principal } from '@agent-chat/auth';
import { type PresenceStatus, type ServerFrame, type ServerFrameBody } from '@agent-chat/contracts';
import { type ErrorCode, type RoomId, type UserId } from '@agent-chat/kernel';
import { type Subscription } from '../../domain/subscription';
import { type EventsFrame } from './events-frame';

/** Why a connection is closed. */
export interface Closing {
  readonly code: ErrorCode;
  readonly retryAfterMs?: number;
}

export type RoomSubscription = Subscription<Connection>;

/** What may be sent beside events. */
export type NoticeFrame = Exclude<ServerFrame, 'events' | 'ephemeral'>;

/** One client's open socket or event stream. */
export abstract class Connection {
  /** The rooms that it is subscribed to or catching up in. */
  readonly subscriptions = new Map<RoomId, RoomSubscription>();
  /** Whose presence it watches. */
  watchedUserIds: ReadonlySet<UserId> | undefined;
  status: PresenceStatus = 'online';
  statusText: string | undefined;

  isClosed = false;

  /** Whether its client has yet to take much of what was sent. */
  abstract get isBusy(): boolean;

  constructor(public principal: Principal) {}

  get userId(): UserId {
    return this.principal.userId;
  }

  /**
   * Events of one room, in order. Never dropped silently: a connection that doesn't keep up is closed with SLOW_CONSUMER. They may wait a moment for those of other rooms, unless
   * `atOnce`: whoever has gathered them for many readers counts what writing takes.
   */
  abstract sendEvents(roomId: RoomId, frame: EventsFrame, atOnce: boolean): void;

  /** Any other frame that must arrive while the connection lives. */
  abstract send<Frame extends NoticeFrame>(frame: Frame, body: ServerFrameBody<Frame>): void;

  /** Dropped when the connection is behind. */
  abstract sendEphemeral(body: ServerFrameBody<'ephemeral'>): void;

  /** Says why, then closes. Safe to call twice. */
  abstract close(closing: Closing): void;

  /** Closes with DRAINING once the calls under way are answered: whoever's message was stored hears so. Safe to call twice. Never rejects. */
  abstract leave(): Promise<void>;
}
