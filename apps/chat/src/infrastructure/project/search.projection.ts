import { type LogEvent } from '@agent-chat/contracts';
import { Database, type PhysicalDatabase, type Queryable } from '@agent-chat/database';
import { AppError } from '@agent-chat/kernel';
import { type Projection } from '@agent-chat/messaging';
import { Injectable } from '@nestjs/common';

const CHANGES_TEXT: ReadonlySet<string> = new Set(['message.posted', 'message.edited', 'message.deleted', 'message.restored']);

// Whoever moves the shard takes this row FOR UPDATE: either the index is written before, or not at all (P30).
const HOLD = `SELECT 1 FROM partition_progress WHERE partition = $1 AND state = 'active' FOR KEY SHARE`;

const REMOVE = 'DELETE FROM message_search WHERE message_id IN (SELECT message_id FROM messages WHERE message_id = ANY($1) AND deleted_at IS NOT NULL)';

// A name as it is and twice in pieces: Postgres takes "lake-2.jpg" for a host, and "lake-2" for the word and the number -2.
const NAMES = `
SELECT string_agg(concat_ws(' ', name, regexp_replace(name, '[^[:alnum:]-]+', ' ', 'g'), regexp_replace(name, '[^[:alnum:]]+', ' ', 'g')), ' ' ORDER BY place)
FROM message_attachments f WHERE f.message_id = messages.message_id AND NOT f.erased`;

const INDEX = `
INSERT INTO message_search AS stored (message_id, room_id, author_id, created_at, document)
SELECT message_id, room_id, author_id, created_at, to_tsvector('simple', concat_ws(' ', text, (${NAMES})))
FROM messages WHERE message_id = ANY($1) AND deleted_at IS NULL
ON CONFLICT (message_id) DO UPDATE SET document = excluded.document`;

/** The search index of a shard: texts and the names of files. It indexes messages as they are now, not as the events say: so it is never older than what it was told of. */
@Injectable()
export class SearchProjection implements Projection {
  readonly group = 'search';
  readonly gatherMs = 1_000;
  readonly mayForget = true;

  constructor(private readonly shards: Database) {}

  database(partition: number): PhysicalDatabase {
    return this.shards.shard(partition);
  }

  concerns({ event }: LogEvent): boolean {
    return CHANGES_TEXT.has(event.type);
  }

  async apply(connection: Queryable, events: readonly LogEvent[]): Promise<undefined> {
    const held = await connection.query(HOLD, [events[0]?.partition]);
    if (held.length === 0) {
      // The next try may find it where it was moved to.
      await this.shards.reload();
      throw new AppError('UNAVAILABLE', { detail: 'The partition is being moved' });
    }
    const changed = new Set(events.filter(({ event }) => CHANGES_TEXT.has(event.type)).map(({ event }) => event.data?.['messageId']));
    if (changed.size === 0) return;
    const messageIds = [...changed];
    // Without a deletion there is nothing to remove: what was deleted since then is left out below, and its own event is still to come.
    if (events.some(({ event }) => event.type === 'message.deleted')) await connection.query(REMOVE, [messageIds]);
    await connection.query(INDEX, [messageIds]);
  }

  async clear(connection: Queryable): Promise<void> {
    await connection.query('DELETE FROM message_search');
  }
}
