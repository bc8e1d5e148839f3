import { type QueryAnswer, type QueryInput, type RoomFile } from '@agent-chat/contracts';
import { cutPage, Database, decodePageToken } from '@agent-chat/database';
import { type AttachmentId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { requireReadable } from '../../application/read/room-access';
import { type AccessRow } from './access-row';
import { askRoom } from './shard-reader';
import { ACCESS_COLUMNS, accessJoins, jsonTime } from './sql';

const READABLE = `
SELECT ${ACCESS_COLUMNS}, (SELECT coalesce(json_agg(json_build_object('id', f.attachment_id, 'erased', f.erased)), '[]') FROM message_attachments f
    WHERE f.attachment_id = ANY($3::uuid[]) AND f.room_id = $1) AS found
FROM rooms r ${accessJoins('$2')} WHERE r.room_id = $1`;

const Place = z.tuple([z.uuid(), z.int()]);

// By the ids of messages, which grow with time: an index has them in that order. What has a width is a picture.
const IN_ROOM = `
SELECT ${ACCESS_COLUMNS}, (SELECT coalesce(json_agg(item), '[]') FROM (
    SELECT f.place, json_strip_nulls(json_build_object('attachmentId', f.attachment_id, 'name', f.name, 'type', f.type, 'sizeBytes', f.size_bytes,
      'width', f.width, 'height', f.height, 'messageId', f.message_id, 'seq', x.seq, 'authorId', x.author_id, 'createdAt', ${jsonTime('x.created_at')})) AS file
    FROM message_attachments f JOIN messages x ON x.message_id = f.message_id
    WHERE f.room_id = $1 AND NOT f.erased AND x.deleted_at IS NULL
      AND ($3::uuid IS NULL OR (f.message_id, f.place) < ($3, $4::int))
      AND ($5::text IS NULL OR ($5 = 'image') = (f.width IS NOT NULL))
      AND ($6::text IS NULL OR strpos(lower(f.name), lower($6)) > 0)
    ORDER BY f.message_id DESC, f.place DESC LIMIT $7
  ) item) AS items
FROM rooms r ${accessJoins('$2')} WHERE r.room_id = $1`;

interface ReadableRow extends AccessRow {
  readonly found: readonly { readonly id: AttachmentId; readonly erased: boolean }[];
}
interface InRoomRow extends AccessRow {
  readonly items: readonly { readonly place: number; readonly file: RoomFile }[];
}

/** Which files belong to messages. */
@Injectable()
export class AttachmentReader {
  constructor(private readonly database: Database) {}

  /** ROOM_NOT_FOUND where the person may not read the room. */
  async readable({ roomId, userId, attachmentIds }: QueryInput<'attachments.readable'>): Promise<QueryAnswer<'attachments.readable'>> {
    const [row] = await askRoom<ReadableRow>(this.database, roomId, READABLE, [roomId, userId, attachmentIds]);
    const { found } = requireReadable(row);
    const idsOf = (erased: boolean): AttachmentId[] => found.filter((file) => file.erased === erased).map(({ id }) => id);
    return { attachmentIds: idsOf(false), erasedIds: idsOf(true) };
  }

  /** Newest first; ROOM_NOT_FOUND where the person may not read the room. */
  async inRoom({ roomId, userId, kind, name, cursor, limit }: QueryInput<'room.attachments'>): Promise<QueryAnswer<'room.attachments'>> {
    const [messageId, place] = decodePageToken(cursor, Place) ?? [];
    const wanted = name?.replaceAll('\0', '');
    const [row] = await askRoom<InRoomRow>(this.database, roomId, IN_ROOM, [roomId, userId, messageId, place, kind, wanted, limit + 1]);
    const { page, next } = cutPage(requireReadable(row).items, limit, (item) => [item.file.messageId, item.place]);
    return { items: page.map(({ file }) => file), ...(next === undefined ? {} : { next }) };
  }
}
