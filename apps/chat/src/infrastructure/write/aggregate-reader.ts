import { type RoomKind, type RoomRole } from '@agent-chat/contracts';
import { type Queryable } from '@agent-chat/database';
import { type AttachmentId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { absentRoom, type MessageState, type RoomState } from '../../domain/room-state';
import { type KeyRow } from './batch-rows';

/** A key as a command names it. */
export interface KeyName {
  readonly room_id: string;
  readonly actor_id: string;
  readonly key: string;
}

interface RoomRow extends Record<string, unknown> {
  readonly room_id: RoomId;
  readonly kind: RoomKind;
  readonly name: string;
  readonly topic: string;
  readonly direct_user_ids: UserId[] | null;
  readonly last_seq: number;
  readonly posted_count: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly active_at: string;
  readonly archived_at: string | null;
  readonly bans: UserId[] | null;
  readonly left_muted: UserId[] | null;
  readonly invites: Record<UserId, UserId> | null;
}

interface MessageRow extends Record<string, unknown> {
  readonly message_id: MessageId;
  readonly room_id: RoomId;
  readonly seq: number;
  readonly posted_no: number;
  readonly author_id: UserId;
  readonly client_msg_id: string;
  readonly text: string;
  readonly text_seq: number;
  readonly mentions: string[];
  readonly reply_to: MessageId | null;
  readonly created_at: string;
  readonly edited_at: string | null;
  readonly deleted_at: string | null;
  readonly changed_seq: number;
  readonly reactions: Record<string, UserId[]> | null;
}

/** Reads what an owner must know before it decides. Only the owner writes these rows, so several statements make one snapshot. */
export class AggregateReader {
  constructor(private readonly database: Queryable) {}

  /** The stored keys among those named (P11). */
  async keys(names: readonly KeyName[]): Promise<KeyRow[]> {
    if (names.length === 0) return [];
    return this.database.query<KeyRow & Record<string, unknown>>(
      `SELECT k.* FROM json_to_recordset($1) AS asked(room_id uuid, actor_id uuid, key text) JOIN message_keys k USING (room_id, actor_id, key)`,
      [JSON.stringify(names)],
    );
  }

  /** Each room asked for; one that isn't stored comes as absent. */
  async rooms(asked: ReadonlyMap<RoomId, number>): Promise<Map<RoomId, RoomState>> {
    const rooms = new Map<RoomId, RoomState>();
    if (asked.size === 0) return rooms;
    const ids = [...asked.keys()];
    const [rows, members] = await Promise.all([
      this.database.query<RoomRow>(
        `SELECT r.*, (SELECT array_agg(user_id) FROM bans b WHERE b.room_id = r.room_id) AS bans,
                (SELECT array_agg(user_id) FROM left_muted l WHERE l.room_id = r.room_id) AS left_muted,
                (SELECT json_object_agg(user_id, invited_by) FROM invites i WHERE i.room_id = r.room_id) AS invites
           FROM rooms r WHERE r.room_id = ANY($1::uuid[])`,
        [ids],
      ),
      this.database.query<{ room_id: RoomId; user_id: UserId; role: RoomRole; muted: boolean; joined_at: string }>(
        'SELECT room_id, user_id, role, muted, joined_at FROM members WHERE room_id = ANY($1::uuid[])',
        [ids],
      ),
    ]);
    for (const [roomId, partition] of asked) rooms.set(roomId, absentRoom(roomId, partition));
    for (const row of rows) fillRoom(rooms.get(row.room_id), row);
    for (const { room_id, user_id, role, muted, joined_at } of members) rooms.get(room_id)?.members.set(user_id, { role, muted, joinedAt: joined_at });
    return rooms;
  }

  /** Those of the files that a message has or had, with the rooms they are in. */
  async usedAttachments(ids: readonly AttachmentId[]): Promise<{ roomId: RoomId; attachmentId: AttachmentId }[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.query<{ room_id: RoomId; attachment_id: AttachmentId }>(
      'SELECT room_id, attachment_id FROM message_attachments WHERE attachment_id = ANY($1::uuid[])',
      [ids],
    );
    return rows.map(({ room_id, attachment_id }) => ({ roomId: room_id, attachmentId: attachment_id }));
  }

  /** The messages asked for that exist, with the rooms they are in. */
  async messages(ids: readonly MessageId[]): Promise<{ roomId: RoomId; message: MessageState }[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.query<MessageRow>(
      `SELECT m.*, (SELECT json_object_agg(emoji, people) FROM (
                      SELECT emoji, array_agg(user_id) AS people FROM message_reactions r WHERE r.message_id = m.message_id GROUP BY emoji) by_emoji) AS reactions
         FROM messages m WHERE m.message_id = ANY($1::uuid[])`,
      [ids],
    );
    return rows.map((row) => ({ roomId: row.room_id, message: messageOf(row) }));
  }
}

function fillRoom(room: RoomState | undefined, row: RoomRow): void {
  if (room === undefined) return;
  room.kind = row.kind;
  room.name = row.name;
  room.topic = row.topic;
  if (row.direct_user_ids !== null) room.directUserIds = row.direct_user_ids;
  room.lastSeq = row.last_seq;
  room.postedCount = row.posted_count;
  room.createdAt = row.created_at;
  room.updatedAt = row.updated_at;
  room.activeAt = row.active_at;
  if (row.archived_at !== null) room.archivedAt = row.archived_at;
  for (const userId of row.bans ?? []) room.bannedIds.add(userId);
  for (const userId of row.left_muted ?? []) room.leftMutedIds.add(userId);
  for (const [userId, invitedBy] of Object.entries(row.invites ?? {})) room.invites.set(userId as UserId, invitedBy);
}

function messageOf(row: MessageRow): MessageState {
  return {
    messageId: row.message_id,
    seq: row.seq,
    postedNo: row.posted_no,
    authorId: row.author_id,
    clientMsgId: row.client_msg_id,
    ...(row.reply_to === null ? {} : { replyTo: row.reply_to }),
    createdAt: row.created_at,
    text: row.text,
    textSeq: row.text_seq,
    textAt: row.edited_at ?? row.created_at,
    mentions: row.mentions,
    ...(row.edited_at === null ? {} : { editedAt: row.edited_at }),
    ...(row.deleted_at === null ? {} : { deletedAt: row.deleted_at }),
    changedSeq: row.changed_seq,
    reactions: new Map(Object.entries(row.reactions ?? {}).map(([emoji, people]) => [emoji, new Set(people)])),
  };
}
