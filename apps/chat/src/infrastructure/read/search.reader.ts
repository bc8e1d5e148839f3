import { type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { cutPage, Database, decodePageToken, InstantText, type Row } from '@agent-chat/database';
import { partitionOf } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { searchHighlights, HIGHLIGHT_OPTIONS, MARKERS } from '../../application/read/search-highlights';
import { OPEN_KINDS } from '../../application/read/room-access';
import { messageJson, toMessage, type MessageItem } from './message-view';
import { newestFirst } from './newest-first';
import { askAllShards, askRoom } from './shard-reader';

// A dash excludes the word behind it. Postgres reads a row of them as one denial of another, and gives up at 32.
const DASHES_BEFORE_NO_WORD = /(?<![^\s"!&|()-])-+(?![\p{L}\p{N}"])/gu;

// Postgres wants such a word whole. Its parts in a row are found in longer ones, too: `lake-by` in "lake-by-ben".
const WORDS_WITH_HYPHENS = /(?<![^\s"-])\p{L}+(?:-\p{L}+)+(?![^\s"])/gu;

const Place = z.tuple([InstantText, z.uuid()]);

// Access is part of the question: rooms of the asker and rooms open to all, without those that banned the asker.
const SEARCH = `
SELECT hit.place, hit.message_id, ${messageJson('$1')} AS message,
  ts_headline('simple', translate(x.text, '${MARKERS}', ''), websearch_to_tsquery('simple', $2), '${HIGHLIGHT_OPTIONS}') AS headline
FROM (
  SELECT s.message_id, s.created_at, s.created_at::text AS place
  FROM message_search s JOIN rooms r ON r.room_id = s.room_id
  WHERE s.document @@ websearch_to_tsquery('simple', $2) AND r.partition = ANY($10::int[])
    AND (r.kind IN (${OPEN_KINDS.map((kind) => `'${kind}'`).join(', ')}) OR EXISTS (SELECT 1 FROM members m WHERE m.room_id = s.room_id AND m.user_id = $1))
    AND NOT EXISTS (SELECT 1 FROM bans b WHERE b.room_id = s.room_id AND b.user_id = $1)
    AND ($3::uuid IS NULL OR s.room_id = $3) AND ($4::uuid IS NULL OR s.author_id = $4)
    AND ($5::timestamptz IS NULL OR s.created_at < $5) AND ($6::timestamptz IS NULL OR s.created_at >= $6)
    AND ($7::timestamptz IS NULL OR (s.created_at, s.message_id) < ($7, $8::uuid))
    AND EXISTS (SELECT 1 FROM messages x WHERE x.message_id = s.message_id AND x.deleted_at IS NULL)
  ORDER BY s.created_at DESC, s.message_id DESC LIMIT $9
) hit JOIN messages x ON x.message_id = hit.message_id
ORDER BY hit.created_at DESC, hit.message_id DESC`;

interface HitRow extends Row {
  readonly place: string;
  readonly message_id: string;
  readonly message: MessageItem;
  readonly headline: string;
}

/** Full text over what the asker may read, newest first. */
@Injectable()
export class SearchReader {
  constructor(private readonly database: Database) {}

  async search(input: QueryInput<'messages.search'>): Promise<QueryAnswer<'messages.search'>> {
    const { userId, roomId, authorId, before, after, limit } = input;
    const [place, messageId] = decodePageToken(input.cursor, Place) ?? [];
    const parameters = [userId, searchable(input.q), roomId, authorId, before, after, place, messageId, limit + 1];
    const { rows, ...found } =
      roomId === undefined
        ? await askAllShards(this.database, (ask, partitions) => ask<HitRow>(SEARCH, [...parameters, partitions]))
        : { rows: await askRoom<HitRow>(this.database, roomId, SEARCH, [...parameters, [partitionOf(roomId, this.database.partitionCount)]]) };
    rows.sort(newestFirst);
    const { page, next } = cutPage(rows, limit, (row) => [row.place, row.message_id]);
    const items = page.map(({ message, headline }) => ({ message: toMessage(message), highlights: searchHighlights(headline) }));
    return { items, ...found, ...(next === undefined ? {} : { next }) };
  }
}

/** What Postgres can read at all: people paste anything into a search field. */
function searchable(text: string): string {
  const readable = text.toWellFormed().replaceAll('\0', ' ').replaceAll(DASHES_BEFORE_NO_WORD, ' ');
  return readable
    .split('"')
    .map((piece, at) => piece.replaceAll(WORDS_WITH_HYPHENS, (word) => (at % 2 === 0 ? `"${word.replaceAll('-', ' ')}"` : word.replaceAll('-', ' '))))
    .join('"');
}
