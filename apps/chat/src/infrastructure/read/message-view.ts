import { type Attachment, type Message, type Reaction } from '@agent-chat/contracts';
import { type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { attachmentView } from '../../domain/room-event-view';
import { jsonTime } from './sql';

/** A message inside a JSON value. */
export interface MessageItem {
  readonly messageId: MessageId;
  readonly roomId: RoomId;
  readonly seq: number;
  readonly authorId: UserId;
  readonly clientMsgId: string;
  readonly text: string | null;
  readonly createdAt: string;
  readonly editedAt: string | null;
  readonly deletedAt: string | null;
  readonly replyTo: MessageId | null;
  readonly mentions: string[];
  readonly reactions: Reaction[] | null;
  readonly attachments: Attachment[] | null;
}

/** A file `f` of a message as JSON. */
export const ATTACHMENT_JSON = `json_strip_nulls(json_build_object('attachmentId', f.attachment_id, 'name', f.name, 'type', f.type, 'sizeBytes', f.size_bytes,
        'width', f.width, 'height', f.height))`;

/**
 * A message `x` as JSON, with its reactions as the asker in `asker` sees them, the first given first. A deleted one is a tombstone:
 * what it said, whom it named and what others thought of it stay in the database.
 */
export function messageJson(asker: string): string {
  return `json_build_object('messageId', x.message_id, 'roomId', x.room_id, 'seq', x.seq, 'authorId', x.author_id, 'clientMsgId', x.client_msg_id,
    'text', CASE WHEN x.deleted_at IS NULL THEN x.text END, 'createdAt', ${jsonTime('x.created_at')}, 'editedAt', ${jsonTime('x.edited_at')},
    'deletedAt', ${jsonTime('x.deleted_at')}, 'replyTo', x.reply_to, 'mentions', CASE WHEN x.deleted_at IS NULL THEN x.mentions ELSE '{}' END,
    'reactions', CASE WHEN x.deleted_at IS NULL THEN (
      SELECT json_agg(json_build_object('emoji', k.emoji, 'count', k.count, 'mine', k.mine) ORDER BY k.first)
      FROM (SELECT emoji, count(*) AS count, bool_or(user_id = ${asker}) AS mine, min(seq) AS first
            FROM message_reactions WHERE message_id = x.message_id GROUP BY emoji) k) END,
    'attachments', (
      SELECT json_agg(${ATTACHMENT_JSON} ORDER BY f.place)
      FROM message_attachments f WHERE f.message_id = x.message_id AND NOT f.erased))`;
}

/** The item as a view. */
export function toMessage(item: MessageItem): Message {
  return {
    messageId: item.messageId,
    roomId: item.roomId,
    seq: item.seq,
    authorId: item.authorId,
    clientMsgId: item.clientMsgId,
    ...(item.text === null ? {} : { text: item.text }),
    createdAt: item.createdAt,
    ...(item.editedAt === null ? {} : { editedAt: item.editedAt }),
    ...(item.deletedAt === null ? {} : { deletedAt: item.deletedAt }),
    ...(item.replyTo === null ? {} : { replyTo: item.replyTo }),
    reactions: item.reactions ?? [],
    attachments: (item.attachments ?? []).map(attachmentView),
    mentions: item.mentions,
  };
}
