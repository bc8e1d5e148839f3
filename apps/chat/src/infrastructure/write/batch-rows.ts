import { type Attachment, type RoomEventType } from '@agent-chat/contracts';
import { type RequestId, type UserId } from '@agent-chat/kernel';
import { type RowNotes } from '../../domain/room-change';
import { type MemberState, type MessageState, type RoomState } from '../../domain/room-state';

/** An event of the batch: what is stored, and what is published after the commit. */
export interface EventRow {
  readonly partition: number;
  readonly position: number;
  readonly room_id: string;
  readonly seq: number;
  readonly epoch: number;
  readonly type: RoomEventType;
  readonly actor_id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly request_id: string;
  readonly created_at: string;
}

export interface KeyRow {
  readonly room_id: string;
  readonly actor_id: string;
  readonly key: string;
  readonly digest: string;
  readonly request_id: string;
  readonly seq: number;
  readonly epoch: number;
  readonly changed: boolean;
  readonly message_id: string | null;
  readonly created_at: string;
}

export interface ProgressRow {
  readonly partition: number;
  readonly fence: number;
  readonly previous_offset: number;
  readonly command_offset: number;
  readonly command_request_id: string | null;
  readonly command_appended_ms: number;
  readonly position: number;
  readonly published_position: number;
  readonly last_at: string;
}

/** Where an event lies, and which call caused it. */
export interface EventPlace {
  readonly partition: number;
  readonly epoch: number;
  readonly requestId: RequestId;
  /** Gives the partition's next position. */
  nextPosition(): number;
}

interface MarkRow {
  readonly room_id: string;
  readonly user_id: string;
  readonly read_seq: number;
  /** Absent: counted by the database. */
  readonly read_count: number | null;
  readonly forced: boolean;
}

/** The last state that a batch gave to a row: present, or gone. */
type Finals = Map<string, { readonly row: object; readonly exists: boolean }>;

/** Collects the final state of every row that a batch touches. */
export class BatchRows implements RowNotes {
  readonly events: EventRow[] = [];
  readonly keys: KeyRow[] = [];
  readonly progress: ProgressRow[] = [];
  private readonly rooms = new Map<string, RoomState>();
  private readonly newMessages = new Map<string, { room: RoomState; message: MessageState }>();
  private readonly changedMessages = new Map<string, MessageState>();
  private readonly marks = new Map<string, MarkRow>();
  private readonly finals = {
    members: new Map() as Finals,
    bans: new Map() as Finals,
    left_muted: new Map() as Finals,
    invites: new Map() as Finals,
    reactions: new Map() as Finals,
    mentions: new Map() as Finals,
  };
  private readonly lists = { revisions: [] as object[], redactions: [] as object[], attachments: [] as object[] };
  private place: EventPlace | undefined;

  /** Whose events the next notes are. */
  begin(place: EventPlace): void {
    this.place = place;
  }

  event(room: RoomState, event: { seq: number; type: RoomEventType; actorId: UserId; payload: object; at: string }): void {
    const { place } = this;
    if (place === undefined) throw new Error('begin() comes first');
    this.events.push({
      partition: place.partition,
      position: place.nextPosition(),
      room_id: room.roomId,
      seq: event.seq,
      epoch: place.epoch,
      type: event.type,
      actor_id: event.actorId,
      payload: event.payload as Record<string, unknown>,
      request_id: place.requestId,
      created_at: event.at,
    });
  }

  room(room: RoomState): void {
    this.rooms.set(room.roomId, room);
  }

  member(room: RoomState, userId: UserId, member: MemberState | undefined): void {
    this.room(room);
    const row = { room_id: room.roomId, user_id: userId, role: member?.role, muted: member?.muted, joined_at: member?.joinedAt };
    this.finals.members.set(`${room.roomId}:${userId}`, { row, exists: member !== undefined });
  }

  leftMuted(room: RoomState, userId: UserId, exists: boolean): void {
    this.finals.left_muted.set(`${room.roomId}:${userId}`, { row: { room_id: room.roomId, user_id: userId }, exists });
  }

  ban(room: RoomState, userId: UserId, ban: { bannedBy: UserId; bannedAt: string; reason?: string } | undefined): void {
    const row = { room_id: room.roomId, user_id: userId, banned_by: ban?.bannedBy, banned_at: ban?.bannedAt, reason: ban?.reason };
    this.finals.bans.set(`${room.roomId}:${userId}`, { row, exists: ban !== undefined });
  }

  invite(room: RoomState, userId: UserId, invite: { invitedBy: UserId; invitedAt: string } | undefined): void {
    const row = { room_id: room.roomId, user_id: userId, invited_by: invite?.invitedBy, invited_at: invite?.invitedAt };
    this.finals.invites.set(`${room.roomId}:${userId}`, { row, exists: invite !== undefined });
  }

  message(room: RoomState, message: MessageState, isNew: boolean): void {
    if (isNew) this.newMessages.set(message.messageId, { room, message });
    else if (!this.newMessages.has(message.messageId)) this.changedMessages.set(message.messageId, message);
  }

  revision(room: RoomState, message: MessageState): void {
    const { messageId, textSeq, text, authorId, textAt } = message;
    this.lists.revisions.push({ room_id: room.roomId, message_id: messageId, seq: textSeq, text, edited_by: authorId, at: textAt });
  }

  redaction(room: RoomState, message: MessageState): void {
    this.lists.redactions.push({ room_id: room.roomId, message_id: message.messageId, seq: message.changedSeq });
  }

  attachments(room: RoomState, message: MessageState, attachments: readonly Attachment[]): void {
    attachments.forEach(({ attachmentId, name, type, sizeBytes, width, height }, place) => {
      const facts = { name, type, size_bytes: sizeBytes, width, height };
      this.lists.attachments.push({ attachment_id: attachmentId, room_id: room.roomId, message_id: message.messageId, place, ...facts });
    });
  }

  reaction(room: RoomState, message: MessageState, emoji: string, userId: UserId, seq: number | undefined): void {
    const row = { room_id: room.roomId, message_id: message.messageId, emoji, user_id: userId, seq };
    this.finals.reactions.set(`${message.messageId}:${emoji}:${userId}`, { row, exists: seq !== undefined });
  }

  mention(room: RoomState, userId: string, seq: number, exists: boolean): void {
    this.finals.mentions.set(`${room.roomId}:${userId}:${String(seq)}`, { row: { room_id: room.roomId, user_id: userId, seq }, exists });
  }

  markAtHead(room: RoomState, userId: UserId): void {
    this.moveMark({ room_id: room.roomId, user_id: userId, read_seq: room.lastSeq, read_count: room.postedCount });
  }

  /** A mark that its person asked for; the greater of several wins, a forced one drops what was before it (P33). */
  markRead(roomId: string, userId: string, readSeq: number, force: boolean): void {
    const mark = { room_id: roomId, user_id: userId, read_seq: readSeq, read_count: null };
    if (force) this.marks.set(`${roomId}:${userId}`, { ...mark, forced: true });
    else this.moveMark(mark);
  }

  private moveMark(mark: Omit<MarkRow, 'forced'>): void {
    const id = `${mark.room_id}:${mark.user_id}`;
    const earlier = this.marks.get(id);
    // A mark on top of a forced one of this batch counts from that, not from what is stored.
    if (earlier === undefined || earlier.read_seq < mark.read_seq) this.marks.set(id, { ...mark, forced: earlier?.forced === true });
  }

  /** The parameters of `commit_batch`: JSON, or null where the batch has nothing. */
  toParameters(): (string | null)[] {
    const rooms = [...this.rooms.values()].map(roomRow);
    const messages = [...this.newMessages.values()].map(({ room, message }) => messageRow(room, message));
    const tables = [this.progress, this.events, rooms, messages, this.keys, this.marksThatAre(false)];
    return [...tables.map((rows) => (rows.length === 0 ? null : JSON.stringify(rows))), this.rare()];
  }

  private marksThatAre(forced: boolean): MarkRow[] {
    return [...this.marks.values()].filter((mark) => mark.forced === forced);
  }

  private rare(): string | null {
    const tables: Record<string, object[]> = {
      message_changes: [...this.changedMessages.values()].map(changeRow),
      forced_marks: this.marksThatAre(true),
      ...this.lists,
    };
    for (const [table, finals] of Object.entries(this.finals)) {
      tables[table] = [...finals.values()].filter(({ exists }) => exists).map(({ row }) => row);
      tables[`${table}_gone`] = [...finals.values()].filter(({ exists }) => !exists).map(({ row }) => row);
    }
    return Object.values(tables).some((rows) => rows.length > 0) ? JSON.stringify(tables) : null;
  }
}

function roomRow(room: RoomState): object {
  return {
    room_id: room.roomId,
    partition: room.partition,
    kind: room.kind,
    name: room.name,
    topic: room.topic,
    direct_user_ids: room.directUserIds,
    last_seq: room.lastSeq,
    posted_count: room.postedCount,
    member_count: room.members.size,
    created_at: room.createdAt,
    updated_at: room.updatedAt,
    active_at: room.activeAt,
    archived_at: room.archivedAt,
  };
}

function messageRow(room: RoomState, message: MessageState): object {
  return {
    room_id: room.roomId,
    seq: message.seq,
    posted_no: message.postedNo,
    author_id: message.authorId,
    client_msg_id: message.clientMsgId,
    reply_to: message.replyTo,
    created_at: message.createdAt,
    ...changeRow(message),
  };
}

function changeRow(message: MessageState): object {
  return {
    message_id: message.messageId,
    text: message.text,
    text_seq: message.textSeq,
    mentions: message.mentions,
    edited_at: message.editedAt,
    deleted_at: message.deletedAt,
    changed_seq: message.changedSeq,
  };
}
