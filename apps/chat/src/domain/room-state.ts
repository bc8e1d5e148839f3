import { type RoomKind, type RoomRole } from '@agent-chat/contracts';
import { type AttachmentId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';

export interface MemberState {
  readonly role: RoomRole;
  readonly muted: boolean;
  readonly joinedAt: string;
}

/** A message as far as later commands need it. */
export interface MessageState {
  readonly messageId: MessageId;
  readonly seq: number;
  readonly postedNo: number;
  readonly authorId: UserId;
  readonly clientMsgId: string;
  readonly replyTo?: MessageId;
  readonly createdAt: string;
  text: string;
  /** The seq of the event that brought the text. */
  textSeq: number;
  textAt: string;
  mentions: readonly string[];
  editedAt?: string;
  deletedAt?: string;
  changedSeq: number;
  /** Who reacted how. */
  readonly reactions: Map<string, Set<UserId>>;
}

/** A room as its owner holds it: everything that decides about a command. `lastSeq` 0 means that it doesn't exist. */
export interface RoomState {
  readonly roomId: RoomId;
  readonly partition: number;
  kind: RoomKind;
  name: string;
  topic: string;
  /** The two people of a direct room, sorted. */
  directUserIds?: readonly UserId[];
  lastSeq: number;
  postedCount: number;
  createdAt: string;
  updatedAt: string;
  activeAt: string;
  archivedAt?: string;
  readonly members: Map<UserId, MemberState>;
  readonly bannedIds: Set<UserId>;
  /** Who went while muted, and comes back so. */
  readonly leftMutedIds: Set<UserId>;
  /** Who was invited, by whom. */
  readonly invites: Map<UserId, UserId>;
  /** Messages that a command of late referred to; never the only copy. */
  readonly messages: Map<MessageId, MessageState>;
  /** Of the files that a command of late named, those that a message has or had; never the only copy. */
  readonly usedAttachments: Set<AttachmentId>;
}

/** A room that nothing has happened in. */
export function absentRoom(roomId: RoomId, partition: number): RoomState {
  return {
    roomId,
    partition,
    kind: 'private',
    name: '',
    topic: '',
    lastSeq: 0,
    postedCount: 0,
    createdAt: '',
    updatedAt: '',
    activeAt: '',
    members: new Map(),
    bannedIds: new Set(),
    leftMutedIds: new Set(),
    invites: new Map(),
    messages: new Map(),
    usedAttachments: new Set(),
  };
}
