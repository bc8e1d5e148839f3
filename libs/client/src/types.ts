/** Who may see a room and post in it. */
export type RoomKind = 'public' | 'private' | 'direct' | 'announcement';

/** What a member may do in a room. */
export type RoomRole = 'owner' | 'admin' | 'member' | 'guest';

/** A person or a bot, as anybody may see them. */
export interface User {
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  /** The address of a picture, for `src`; where the server has it itself, another one for each picture. */
  readonly avatarUrl?: string | undefined;
  readonly bot: boolean;
}

/** The signed-in person, as only they see themselves. */
export interface Me extends User {
  /** Global roles, such as `operator`. */
  readonly roles: readonly string[];
}

/** What the signed-in person is to a room. */
export interface MyMembership {
  readonly role: RoomRole;
  readonly joinedAt: string;
  readonly readSeq: number;
  readonly unreadCount: number;
  readonly mentionCount: number;
  /** Muted by a moderator: may read, not write. */
  readonly muted: boolean;
}

/** The newest message of a room, for room lists. */
export interface LastMessage {
  readonly messageId: string;
  readonly seq: number;
  readonly authorId: string;
  /** At most 140 code points; empty when deleted. */
  readonly preview: string;
  /** How many files it has, and the first of them, to be named where there is no text. */
  readonly files?: { readonly count: number; readonly first: Attachment } | undefined;
  readonly createdAt: string;
  readonly deletedAt?: string | undefined;
}

/** A room as the signed-in person sees it. */
export interface Room {
  readonly roomId: string;
  readonly kind: RoomKind;
  /** Empty in a direct room: show the other person. */
  readonly name: string;
  readonly topic: string;
  readonly epoch: number;
  readonly head: number;
  readonly memberCount: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archivedAt?: string | undefined;
  /** The two people of a direct room. */
  readonly directUserIds?: readonly string[] | undefined;
  /** Absent when the person is not a member. */
  readonly me?: MyMembership | undefined;
  /** The person was invited and may join. */
  readonly invited?: boolean | undefined;
  readonly lastMessage?: LastMessage | undefined;
}

/** A member of a room with their profile. */
export interface Member {
  readonly user: User;
  readonly role: RoomRole;
  readonly joinedAt: string;
  readonly muted: boolean;
}

/** Somebody who may not enter a room. */
export interface Ban {
  readonly user: User;
  readonly bannedBy: string;
  readonly bannedAt: string;
  readonly reason?: string | undefined;
}

/** How many people reacted with one emoji. */
export interface Reaction {
  readonly emoji: string;
  readonly count: number;
  /** Whether the signed-in person is among them. */
  readonly mine?: boolean | undefined;
}

/** A file of a message, as it was uploaded. */
export interface Attachment {
  readonly attachmentId: string;
  readonly name: string;
  /** The media type, by what the file holds. */
  readonly type: string;
  readonly sizeBytes: number;
  /** Of an image, in pixels. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** A smaller picture of an image. */
export interface LinkedVariant {
  /** Such as `thumbnail.webp` or `1280.avif`, where the number is the longer side in pixels. */
  readonly name: string;
  readonly type: string;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  readonly url: string;
}

/** Where a file, and what was made of it, can be had without a token until `expiresAt`. */
export interface AttachmentLinks extends Attachment {
  readonly url: string;
  readonly expiresAt: string;
  /** How far the work on an image is; `none` for what is no image. */
  readonly media: 'none' | 'waiting' | 'done' | 'failed';
  /** A tiny blurred picture as a `data:` URL. */
  readonly placeholder?: string | undefined;
  readonly variants: readonly LinkedVariant[];
}

/** A file in a room, with the message that has it. */
export interface RoomFile extends Attachment {
  readonly messageId: string;
  readonly seq: number;
  readonly authorId: string;
  readonly createdAt: string;
}

/** A stored message. */
export interface Message {
  readonly messageId: string;
  readonly roomId: string;
  readonly seq: number;
  readonly authorId: string;
  readonly clientMsgId: string;
  /** Absent when the message is deleted or erased. */
  readonly text?: string | undefined;
  readonly createdAt: string;
  readonly editedAt?: string | undefined;
  readonly deletedAt?: string | undefined;
  readonly replyTo?: string | undefined;
  readonly reactions: readonly Reaction[];
  readonly attachments: readonly Attachment[];
  /** User ids, or `room` for everyone in it. */
  readonly mentions: readonly string[];
}

/** One earlier text of a message. */
export interface MessageRevision {
  readonly seq: number;
  readonly text: string;
  readonly editedBy: string;
  readonly at: string;
}

/** A found message; `highlights` are HTML-escaped pieces of its text with the matches between `<mark>` and `</mark>`. */
export interface SearchHit {
  readonly message: Message;
  readonly highlights: readonly string[];
}

/** One page of a list; `prev` and `next` are opaque, absent at the end. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly prev?: string | undefined;
  readonly next?: string | undefined;
  /** The server can't be reached: this is what it answered last. */
  readonly kept?: true | undefined;
  /** A part of the rooms is away: what it holds is missing here, and comes back. */
  readonly incomplete?: true | undefined;
}

/** A page of messages, oldest first, and the cursor that it reflects. */
export interface HistoryPage extends Page<Message> {
  readonly cursor: string;
}

/** A page of the signed-in person's rooms; `rev` is the newest change of their room list. */
export interface RoomPage extends Page<Room> {
  readonly rev: number;
}

/** What a mutating call on a message caused. */
export interface Committed {
  readonly seq: number;
  readonly epoch: number;
  readonly committedAt: string;
  /** The key was seen before: nothing happened twice. */
  readonly duplicate: boolean;
}

/** A posted message. */
export interface Posted extends Committed {
  readonly messageId: string;
}

/** A log-in as its owner sees it; times are ISO 8601. */
export interface ListedSession {
  readonly sessionId: string;
  readonly createdAt: string;
  readonly refreshedAt: string;
  readonly expiresAt: string;
  /** What the browser or app called itself. */
  readonly userAgent?: string | undefined;
  /** Where it came from. */
  readonly address?: string | undefined;
  /** Whether it is the one that asks. */
  readonly current: boolean;
}

/** Of which messages of a room somebody wants to be told: of all, of those that name them or everyone, or of none. */
export type RoomNotify = 'all' | 'mentions' | 'nothing';

/** What the signed-in person has chosen for a room; null is the default: all of a direct room, mentions of every other. */
export interface RoomPreference {
  readonly roomId: string;
  readonly notify: RoomNotify | null;
}

/** Badges of one room. */
export interface RoomHead {
  readonly roomId: string;
  readonly head: number;
  readonly readSeq: number;
  readonly unreadCount: number;
  readonly mentionCount: number;
}

/** Whether somebody is there. */
export type PresenceStatus = 'online' | 'away' | 'offline';

/** Whether somebody is there, since when, and what they say about it. */
export interface Presence {
  readonly userId: string;
  readonly status: PresenceStatus;
  readonly text?: string | undefined;
  readonly lastSeenAt?: string | undefined;
}

/** Somebody types, or has stopped. */
export interface Typing {
  readonly roomId: string;
  readonly userId: string;
  readonly typing: boolean;
}

/** Something that may be lost or merged. */
export type EphemeralItem =
  | ({ readonly type: 'typing' } & Typing)
  | ({ readonly type: 'presence' } & Presence)
  /** Somebody who is watched has another name or picture now. */
  | { readonly type: 'profile'; readonly userId: string; readonly user: User };

/** A change of the signed-in person's room list: `created`, `joined`, `left`, `removed`, `banned`, `unbanned`, `invited`, `uninvited`. */
export interface RoomListChange {
  readonly roomId: string;
  readonly change: string;
}

/** Changes of the room list; `rev` is the last one's. */
export interface RoomsFrame {
  readonly rev: number;
  readonly changes: readonly RoomListChange[];
}

/** A room whose events could not be continued: its history was read again. */
export interface Resync {
  readonly roomId: string;
  readonly reason: string;
}
