import { type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { cutPage, Database, decodePageToken, InstantText, type Row } from '@agent-chat/database';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { EVERYONE } from '../../domain/mentions';
import { messageJson, toMessage, type MessageItem } from './message-view';
import { newestFirst } from './newest-first';
import { askAllShards } from './shard-reader';

const Place = z.tuple([InstantText, z.uuid()]);

// Each room gives its newest, by its own index, and the newest of all rooms are kept: what one room holds never matters to another.
const MENTIONS = `
SELECT hit.place, hit.message_id, ${messageJson('$1')} AS message
FROM (
  SELECT found.message_id, found.created_at, found.created_at::text AS place
  FROM members m JOIN rooms r ON r.room_id = m.room_id AND r.partition = ANY($5::int[])
  CROSS JOIN LATERAL (
    SELECT DISTINCT x.seq, x.message_id, x.created_at FROM room_mentions n JOIN messages x ON x.room_id = n.room_id AND x.seq = n.seq
    WHERE n.room_id = m.room_id AND n.user_id IN ($1, '${EVERYONE}') AND x.author_id <> $1 AND x.deleted_at IS NULL
      AND ($2::timestamptz IS NULL OR (x.created_at, x.message_id) < ($2, $3::uuid))
    ORDER BY x.seq DESC LIMIT $4
  ) found
  WHERE m.user_id = $1
  ORDER BY found.created_at DESC, found.message_id DESC LIMIT $4
) hit JOIN messages x ON x.message_id = hit.message_id
ORDER BY hit.created_at DESC, hit.message_id DESC`;

interface MentionRow extends Row {
  readonly place: string;
  readonly message_id: string;
  readonly message: MessageItem;
}

/** Who was named where. */
@Injectable()
export class MentionReader {
  constructor(private readonly database: Database) {}

  async mentioning({ userId, cursor, limit }: QueryInput<'messages.mentioning'>): Promise<QueryAnswer<'messages.mentioning'>> {
    const [place, messageId] = decodePageToken(cursor, Place) ?? [];
    const { rows, ...found } = await askAllShards(this.database, (ask, partitions) =>
      ask<MentionRow>(MENTIONS, [userId, place, messageId, limit + 1, partitions]),
    );
    rows.sort(newestFirst);
    const { page, next } = cutPage(rows, limit, (row) => [row.place, row.message_id]);
    return { items: page.map(({ message }) => toMessage(message)), ...found, ...(next === undefined ? {} : { next }) };
  }
}
