import { type LastMessage, type Room, type RoomRole } from '@agent-chat/contracts';
import { type RoomId, type UserId } from '@agent-chat/kernel';
import { mayRead } from '../../application/read/room-access';
import { attachmentView } from '../../domain/room-event-view';
import { type AccessRow } from './access-row';
import { ATTACHMENT_JSON } from './message-view';
import { ACCESS_COLUMNS, accessJoins, mentionCount } from './sql';

/** A room as one person sees it. */
export interface RoomRow extends AccessRow {
  readonly room_id: string;
  readonly name: string;
  readonly topic: string;
  readonly direct_user_ids: string[] | null;
  readonly member_count: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly archived_at: string | null;
  /** With microseconds, so that a page begins exactly where the one before ended. */
  readonly active_place: string;
  /** As the database folds it. */
  readonly name_place: string;
  readonly joined_at: string;
  readonly muted: boolean;
  readonly read_seq: number;
  readonly unread_count: number;
  readonly mention_count: number;
  readonly last_message_id: string | null;
  readonly last_message_seq: number;
  readonly last_author_id: string;
  readonly last_preview: string;
  readonly last_files: LastMessage['files'] | null;
  readonly last_created_at: string;
  readonly last_deleted_at: string | null;
}

/** `SELECT ... FROM <rooms>` of whole rooms as the asker in `asker` sees them; `rooms` is a table or query with alias `r`. */
export function selectRooms(rooms: string, asker: string): string {
  return `
SELECT r.room_id, r.name, r.topic, r.direct_user_ids, r.member_count, r.created_at, r.updated_at, r.archived_at, r.active_at::text AS active_place, lower(r.name) AS name_place,
  ${ACCESS_COLUMNS}, m.joined_at, m.muted, coalesce(w.read_seq, 0) AS read_seq,
  greatest(r.posted_count - coalesce(w.read_count, 0), 0) AS unread_count,
  CASE WHEN m.user_id IS NULL THEN 0 ELSE ${mentionCount('r.room_id', asker, 'coalesce(w.read_seq, 0)')} END AS mention_count,
  l.message_id AS last_message_id, l.seq AS last_message_seq, l.author_id AS last_author_id,
  CASE WHEN l.deleted_at IS NULL THEN left(l.text, 140) ELSE '' END AS last_preview,
  CASE WHEN l.deleted_at IS NULL THEN (
    SELECT json_build_object('count', count(*), 'first', json_agg(${ATTACHMENT_JSON} ORDER BY f.place)->0)
    FROM message_attachments f WHERE f.message_id = l.message_id AND NOT f.erased HAVING count(*) > 0) END AS last_files,
  l.created_at AS last_created_at, l.deleted_at AS last_deleted_at
FROM ${rooms} ${accessJoins(asker)}
  LEFT JOIN read_watermarks w ON w.room_id = r.room_id AND w.user_id = ${asker}
  LEFT JOIN LATERAL (SELECT * FROM messages x WHERE x.room_id = r.room_id ORDER BY x.seq DESC LIMIT 1) l ON true`;
}

/** The row as a view. Somebody who is only invited is told of no message. */
export function toRoom(row: RoomRow): Room {
  return {
    roomId: row.room_id as RoomId,
    kind: row.kind,
    name: row.name,
    topic: row.topic,
    epoch: row.epoch,
    head: row.head,
    memberCount: row.member_count,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    ...(row.archived_at === null ? {} : { archivedAt: row.archived_at }),
    ...(row.direct_user_ids === null ? {} : { directUserIds: row.direct_user_ids as UserId[] }),
    ...(row.role === null ? {} : { me: toMembership(row, row.role) }),
    ...(row.invited && row.role === null ? { invited: true } : {}),
    ...(mayRead(row) && row.last_message_id !== null ? { lastMessage: toLastMessage(row, row.last_message_id) } : {}),
  };
}

function toMembership(row: RoomRow, role: RoomRole): NonNullable<Room['me']> {
  return {
    role,
    joinedAt: row.joined_at,
    readSeq: row.read_seq,
    unreadCount: row.unread_count,
    mentionCount: row.mention_count,
    muted: row.muted,
  };
}

function toLastMessage(row: RoomRow, messageId: string): LastMessage {
  return {
    messageId,
    seq: row.last_message_seq,
    authorId: row.last_author_id as UserId,
    preview: row.last_preview,
    ...(row.last_files ? { files: { count: row.last_files.count, first: attachmentView(row.last_files.first) } } : {}),
    createdAt: row.last_created_at,
    ...(row.last_deleted_at === null ? {} : { deletedAt: row.last_deleted_at }),
  };
}
