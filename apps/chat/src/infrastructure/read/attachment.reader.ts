import { type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { Database } from '@agent-chat/database';
import { type AttachmentId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { requireReadable } from '../../application/read/room-access';
import { type AccessRow } from './access-row';
import { askRoom } from './shard-reader';
import { ACCESS_COLUMNS, accessJoins } from './sql';

const READABLE = `
SELECT ${ACCESS_COLUMNS}, (SELECT coalesce(json_agg(json_build_object('id', f.attachment_id, 'erased', f.erased)), '[]') FROM message_attachments f
    WHERE f.attachment_id = ANY($3::uuid[]) AND f.room_id = $1) AS found
FROM rooms r ${accessJoins('$2')} WHERE r.room_id = $1`;

interface ReadableRow extends AccessRow {
  readonly found: readonly { readonly id: AttachmentId; readonly erased: boolean }[];
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
}
