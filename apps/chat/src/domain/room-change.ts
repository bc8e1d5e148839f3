import { type Attachment, type Command, type RoomEventData, type RoomEventType } from '@agent-chat/contracts';
import { type UserId } from '@agent-chat/kernel';
import { type MemberState, type MessageState, type RoomState } from './room-state';

/** Where the rows that a decision touches are noted. Each note replaces an earlier one about the same row. */
export interface RowNotes {
  event(room: RoomState, event: { seq: number; type: RoomEventType; actorId: UserId; payload: object; at: string }): void;
  room(room: RoomState): void;
  member(room: RoomState, userId: UserId, member: MemberState | undefined): void;
  /** Whether somebody who isn't in the room left it muted. */
  leftMuted(room: RoomState, userId: UserId, exists: boolean): void;
  ban(room: RoomState, userId: UserId, ban: { bannedBy: UserId; bannedAt: string; reason?: string } | undefined): void;
  invite(room: RoomState, userId: UserId, invite: { invitedBy: UserId; invitedAt: string } | undefined): void;
  message(room: RoomState, message: MessageState, isNew: boolean): void;
  revision(room: RoomState, message: MessageState): void;
  redaction(room: RoomState, message: MessageState): void;
  /** In the order in which the message shows them. */
  attachments(room: RoomState, message: MessageState, attachments: readonly Attachment[]): void;
  reaction(room: RoomState, message: MessageState, emoji: string, userId: UserId, seq: number | undefined): void;
  mention(room: RoomState, userId: string, seq: number, exists: boolean): void;
  /** The person has seen everything up to the room's head. */
  markAtHead(room: RoomState, userId: UserId): void;
}

/** What a command came to. */
export interface Decision {
  readonly changed: boolean;
  readonly messageId?: string;
}

/** Payloads as they are stored: what the log's reader can add again is left out. */
export type StoredPayload<Type extends RoomEventType> = Type extends 'message.posted'
  ? Omit<RoomEventData<'message.posted'>, 'roomId' | 'seq' | 'authorId' | 'createdAt' | 'reactions' | 'attachments' | 'redacted'> & {
      readonly attachments?: readonly Attachment[];
    }
  : RoomEventData<Type>;

/** One command being decided. A decider throws before its first note, or not at all: nothing is undone. */
export class RoomChange {
  constructor(
    readonly room: RoomState,
    readonly actorId: UserId,
    /** The time of everything this command does, ISO 8601. */
    readonly at: string,
    readonly rows: RowNotes,
  ) {}

  /** Gives the next seq to an event and notes it; returns the seq. */
  append<Type extends RoomEventType>(type: Type, payload: StoredPayload<Type>): number {
    const { room } = this;
    room.lastSeq += 1;
    room.activeAt = this.at;
    this.rows.event(room, { seq: room.lastSeq, type, actorId: this.actorId, payload, at: this.at });
    this.rows.room(room);
    return room.lastSeq;
  }
}

/** Decides one type of command: changes the room and notes rows, or throws the refusal. */
export type Decider<Type extends Command['type']> = (change: RoomChange, command: Extract<Command, { type: Type }>) => Decision;

export const UNCHANGED: Decision = { changed: false };
export const CHANGED: Decision = { changed: true };
