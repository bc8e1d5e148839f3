import { type Attachment, type Reaction, type RoomKind, type RoomRole } from './types';

interface MessageContent {
  readonly messageId: string;
  /** Absent when redacted. */
  readonly text?: string | undefined;
  readonly mentions: readonly string[];
  /** The content was deleted or erased since. */
  readonly redacted?: true | undefined;
}

/** What each known type of room event says. */
export interface RoomEventData {
  'room.created': { readonly kind: RoomKind; readonly name: string; readonly topic: string };
  'room.updated': { readonly name?: string | undefined; readonly topic?: string | undefined; readonly kind?: RoomKind | undefined };
  'room.archived': Readonly<Record<string, never>>;
  'member.joined': { readonly userId: string; readonly role: RoomRole; readonly muted?: true | undefined };
  /** Left by themselves when `userId` is the actor, else removed. */
  'member.left': { readonly userId: string };
  'member.updated': { readonly userId: string; readonly role?: RoomRole | undefined; readonly muted?: boolean | undefined };
  'member.banned': { readonly userId: string; readonly reason?: string | undefined };
  'member.unbanned': { readonly userId: string };
  'member.invited': { readonly userId: string };
  'invite.revoked': { readonly userId: string };
  'message.posted': MessageContent & {
    readonly roomId: string;
    readonly seq: number;
    readonly authorId: string;
    readonly clientMsgId: string;
    readonly createdAt: string;
    readonly replyTo?: string | undefined;
    readonly reactions: readonly Reaction[];
    readonly attachments: readonly Attachment[];
  };
  'message.edited': MessageContent & { readonly editedAt: string };
  'message.deleted': { readonly messageId: string; readonly deletedAt: string };
  'message.restored': MessageContent;
  /** `count` is how many people have reacted so, after this. */
  'reaction.added': { readonly messageId: string; readonly emoji: string; readonly count: number };
  'reaction.removed': { readonly messageId: string; readonly emoji: string; readonly count: number };
}

/** A type of room event that this release knows. */
export type RoomEventType = keyof RoomEventData;

/** A room event of a known type. */
export type KnownRoomEvent<Type extends RoomEventType = RoomEventType> = {
  [T in Type]: {
    readonly roomId: string;
    readonly epoch: number;
    readonly seq: number;
    readonly type: T;
    readonly actorId: string;
    readonly at: string;
    readonly data: RoomEventData[T];
  };
}[Type];

/** Any event of a room's log; `hidden` ones (not for this reader) have no actor, time or data. */
export interface RoomEvent {
  readonly roomId: string;
  readonly epoch: number;
  readonly seq: number;
  readonly type: string;
  readonly actorId?: string | undefined;
  readonly at?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

const KNOWN: Readonly<Record<RoomEventType, true>> = {
  'room.created': true,
  'room.updated': true,
  'room.archived': true,
  'member.joined': true,
  'member.left': true,
  'member.updated': true,
  'member.banned': true,
  'member.unbanned': true,
  'member.invited': true,
  'invite.revoked': true,
  'message.posted': true,
  'message.edited': true,
  'message.deleted': true,
  'message.restored': true,
  'reaction.added': true,
  'reaction.removed': true,
};

/** Narrows an event to a type that this release knows; `hidden` and unknown types answer `undefined`. */
export function asKnownEvent(event: RoomEvent): KnownRoomEvent | undefined {
  return Object.hasOwn(KNOWN, event.type) && event.data !== undefined ? (event as unknown as KnownRoomEvent) : undefined;
}
