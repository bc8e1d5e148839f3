import { type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { Database } from '@agent-chat/database';
import { type AttachmentId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { requireReadable } from '../../application/read/room-access';
import { type AccessRow } from './access-row';
import { askRoom } from './shard-reader';
import { ACCESS_COLUMNS, accessJoins } from './sql';

const READABLE = `
SELECT ${ACCESS_COLUMNS}, (SELECT coalesce(json_agg(f.attachment_id), '[]') FROM message_attachments f
    WHERE f.attachment_id = ANY($3::uuid[]) AND f.room_id = $1 AND NOT f.erased) AS attachment_ids
FROM rooms r ${accessJoins('$2')} WHERE r.room_id = $1`;

interface ReadableRow extends AccessRow {
  readonly attachment_ids: AttachmentId[];
}

/** Which files belong to messages. */
@Injectable()
export class AttachmentReader {
  constructor(private readonly database: Database) {}

  /** ROOM_NOT_FOUND where the person may not read the room. */
  async readable({ roomId, userId, attachmentIds }: QueryInput<'attachments.readable'>): Promise<QueryAnswer<'attachments.readable'>> {
    const [row] = await askRoom<ReadableRow>(this.database, roomId, READABLE, [roomId, userId, attachmentIds]);
    return { attachmentIds: requireReadable(row).attachment_ids };
  }
}
