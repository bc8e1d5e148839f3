import { type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { Database, type Row } from '@agent-chat/database';
import { AppError, type Cursor, formatCursor, parseCursor } from '@agent-chat/kernel';
import { countCacheReads } from '@agent-chat/observability';
import { JsonText } from '@agent-chat/query-bus';
import { Injectable } from '@nestjs/common';
import { historyWindow, type HistoryWindow, maxBytesOfHalf } from '../../application/read/history-window';
import { KeptMessages, NONE, type Stretch } from '../../application/read/kept-messages';
import { encodeMessage, toPageMessage } from '../../application/read/page-message';
import { isModerator, mayRead, requireReadable } from '../../application/read/room-access';
import { type AccessRow } from './access-row';
import { messageJson, toMessage, type MessageItem } from './message-view';
import { RoomChangesReader } from './room-changes.reader';
import { type LookRow, RoomLooks } from './room-looks';
import { askReplica, askRoom } from './shard-reader';
import { ACCESS_COLUMNS, accessJoins, jsonTime } from './sql';

/** Messages from a place on, in one direction, as many as fit into the bytes in `$7`, but at least one. */
function half(where: string, order: 'ASC' | 'DESC', limit: string): string {
  return `SELECT * FROM (
    SELECT n.*, row_number() OVER (ORDER BY n.seq ${order}) AS place,
      sum(CASE WHEN n.deleted_at IS NULL THEN octet_length(to_json(n.text)::text) ELSE 0 END) OVER (ORDER BY n.seq ${order}) AS bytes
    FROM (SELECT * FROM messages WHERE room_id = $1 AND ${where} ORDER BY seq ${order} LIMIT ${limit}) n
  ) h WHERE h.place = 1 OR h.bytes <= $7`;
}

// `ORDER BY ... LIMIT 1` and not EXISTS, which Postgres may answer by reading the whole table when most of it is this room's.
const PAGE = `
SELECT ${ACCESS_COLUMNS}, page.items,
  (SELECT o.seq FROM messages o WHERE o.room_id = $1 AND o.seq < page.first ORDER BY o.seq DESC LIMIT 1) AS older,
  (SELECT o.seq FROM messages o WHERE o.room_id = $1 AND o.seq > page.last ORDER BY o.seq LIMIT 1) AS newer
FROM rooms r ${accessJoins('$2')}
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(${messageJson('$2')} ORDER BY x.seq), '[]') AS items, min(x.seq) AS first, max(x.seq) AS last
  FROM ((${half('seq < $3', 'DESC', '$4')}) UNION ALL (${half('seq > $5', 'ASC', '$6')})) x
) page
WHERE r.room_id = $1`;

// Times grow with seq, so the first message at or after an instant is found by halving: no index on time is needed. Answers the last seq before it.
const SEQ_BEFORE_TIME = `
WITH RECURSIVE halving (low, high) AS (
  SELECT 0::bigint, last_seq FROM rooms WHERE room_id = $1
  UNION ALL
  SELECT CASE WHEN probe.created_at < $2 THEN probe.seq ELSE low END, CASE WHEN probe.created_at < $2 THEN high ELSE (low + high) / 2 END
  FROM halving LEFT JOIN LATERAL (
    SELECT seq, created_at FROM messages WHERE room_id = $1 AND seq > (low + high) / 2 ORDER BY seq LIMIT 1) probe ON true
  WHERE low < high
)
SELECT low AS seq FROM halving WHERE low >= high`;

const MESSAGE = `
SELECT ${ACCESS_COLUMNS}, (SELECT ${messageJson('$2')} FROM messages x WHERE x.message_id = $3 AND x.room_id = $1) AS message
FROM rooms r ${accessJoins('$2')} WHERE r.room_id = $1`;

const REVISIONS = `
SELECT ${ACCESS_COLUMNS}, x.author_id = $2 AS mine, x.deleted_at IS NOT NULL AS deleted, x.message_id IS NOT NULL AS found,
  (SELECT coalesce(json_agg(json_build_object('seq', v.seq, 'text', v.text, 'editedBy', v.edited_by, 'at', ${jsonTime('v.at')}) ORDER BY v.seq), '[]')
    FROM message_revisions v WHERE v.message_id = x.message_id) AS items
FROM rooms r ${accessJoins('$2')} LEFT JOIN messages x ON x.room_id = r.room_id AND x.message_id = $3 WHERE r.room_id = $1`;

interface PageRow extends AccessRow {
  readonly items: MessageItem[];
  /** The seq of the next message on that side. */
  readonly older: number | null;
  readonly newer: number | null;
}
interface MessageRow extends AccessRow {
  readonly message: MessageItem | null;
}
interface RevisionsRow extends AccessRow {
  readonly mine: boolean;
  readonly deleted: boolean;
  readonly found: boolean;
  readonly items: QueryAnswer<'message.revisions'>['items'];
}
interface SeqRow extends Row {
  readonly seq: number;
}

/** Who asks for which messages of a room. */
interface Asked {
  readonly roomId: string;
  readonly userId: string;
  readonly window: HistoryWindow;
  /** What the asker has seen of the room. */
  readonly seen: Cursor | undefined;
}

/** How often what is kept is brought forward for one page, before that page is read. */
const MOST_TRIES = 2;

/**
 * Messages of one room as they are now. Pages are put together from messages in memory where these are still what the room holds, which one
 * look at the room tells together with who may read it; what was written since is read by the room's log, and whatever isn't known as a page.
 */
@Injectable()
export class HistoryReader {
  constructor(
    private readonly database: Database,
    private readonly kept: KeptMessages,
    private readonly looks: RoomLooks,
    private readonly changes: RoomChangesReader,
  ) {}

  /** A `HistoryPage`: `prev` and `next` are what `before` and `after` take. A page of long texts holds fewer messages than were asked for. */
  async history({ roomId, userId, before, after, around, limit, atLeast }: QueryInput<'room.history'>): Promise<JsonText> {
    const place = typeof around === 'string' ? await seqAt(this.database, roomId, around) : around;
    const window = historyWindow({ before, after, around: place }, limit);
    const asked = { roomId, userId, window, seen: atLeast === undefined ? undefined : parseCursor(atLeast) };
    return new JsonText((await this.fromMemory(asked)) ?? (await this.fromDatabase(asked)));
  }

  /** Undefined where some message isn't known, or the room changes faster than it is looked at. */
  private async fromMemory(asked: Asked): Promise<string | undefined> {
    let messagesRead = 0;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const page = this.kept.page(asked.roomId, asked.window);
      if (page === undefined) return undefined;
      const look = requireReadable(await this.look(asked, page));
      if (look.epoch === page.epoch && look.head === page.head) {
        const read = Math.min(messagesRead, page.messages.length);
        countCacheReads('history', { hits: page.messages.length - read, misses: read });
        const own = new Set(look.own.map(([messageId, emoji]) => `${messageId} ${emoji}`));
        return encodePage(
          page,
          page.messages.map((message) => encodeMessage(message, (messageId, emoji) => own.has(`${messageId} ${emoji}`))),
        );
      }
      messagesRead += await this.changes.catchUp(asked.roomId, page);
    }
    return undefined;
  }

  /** Whether the asker may read, and where the room is: where a replica has just what the page shows, it may say so. */
  private async look({ roomId, userId, seen }: Asked, page: Stretch): Promise<LookRow | undefined> {
    const look = { roomId, userId, reactedIds: page.messages.filter(({ reactions }) => reactions.length > 0).map(({ messageId }) => messageId) };
    const isSeen = seen?.epoch === page.epoch && page.head >= seen.seq;
    const isSame = (row: LookRow): boolean => row.epoch === page.epoch && row.head === page.head && mayRead(row);
    return (isSeen ? await this.looks.onReplica(look, isSame) : undefined) ?? (await this.looks.onPrimary(look));
  }

  private async fromDatabase({ roomId, userId, window, seen }: Asked): Promise<string> {
    const parameters = [roomId, userId, window.below, window.older, window.above, window.newer, maxBytesOfHalf(window)];
    const [row] = (await this.fromReplica(roomId, parameters, seen)) ?? (await askRoom<PageRow>(this.database, roomId, PAGE, parameters));
    const { items, head, epoch, older, newer } = requireReadable(row);
    const messages = items.map(toMessage);
    const page = { epoch, head, messages: messages.map(toPageMessage), older: older ?? NONE, newer: newer ?? NONE };
    this.kept.keep(roomId, page);
    countCacheReads('history', { hits: 0, misses: messages.length });
    return encodePage(
      page,
      messages.map((message) => JSON.stringify(message)),
    );
  }

  async message({ roomId, userId, messageId }: QueryInput<'message.get'>): Promise<QueryAnswer<'message.get'>> {
    const [row] = await askRoom<MessageRow>(this.database, roomId, MESSAGE, [roomId, userId, messageId]);
    const { message } = requireReadable(row);
    if (message === null) throw new AppError('MESSAGE_NOT_FOUND');
    return { message: toMessage(message) };
  }

  /** A page that reflects at least what the caller has seen (access is read in the same snapshot); whatever a replica refuses, the primary decides. */
  private async fromReplica(roomId: string, parameters: readonly unknown[], seen: Cursor | undefined): Promise<PageRow[] | undefined> {
    if (seen === undefined) return undefined;
    return askReplica<PageRow>(this.database, roomId, { sql: PAGE, parameters }, ([row]) => {
      return row?.epoch === seen.epoch && row.head >= seen.seq && mayRead(row);
    });
  }

  /** Earlier texts, for the author and the room's moderators. What was deleted is served to nobody. */
  async revisions({ roomId, userId, messageId }: QueryInput<'message.revisions'>): Promise<QueryAnswer<'message.revisions'>> {
    const [row] = await askRoom<RevisionsRow>(this.database, roomId, REVISIONS, [roomId, userId, messageId]);
    const facts = requireReadable(row);
    if (!facts.found) throw new AppError('MESSAGE_NOT_FOUND');
    if (!facts.mine && !isModerator(facts)) throw new AppError('FORBIDDEN', { detail: 'Only its author and the moderators may see earlier texts' });
    if (facts.deleted) throw new AppError('MESSAGE_DELETED');
    return { items: facts.items };
  }
}

/** The page as JSON: its messages are JSON already. */
function encodePage({ epoch, head, messages, older, newer }: Stretch, encoded: readonly string[]): string {
  const around = {
    ...(older === NONE ? {} : { prev: String(messages[0]?.seq) }),
    ...(newer === NONE ? {} : { next: String(messages[messages.length - 1]?.seq) }),
    cursor: formatCursor({ epoch, seq: head }),
  };
  return `{"items":[${encoded.join(',')}],${JSON.stringify(around).slice(1)}`;
}

/** The seq of the first message at or after an instant, or the last place there is. */
async function seqAt(database: Database, roomId: string, at: string): Promise<number> {
  const [row] = await askRoom<SeqRow>(database, roomId, SEQ_BEFORE_TIME, [roomId, at]);
  const seq = row?.seq ?? 0;
  const [first] = await askRoom<SeqRow>(database, roomId, 'SELECT seq FROM messages WHERE room_id = $1 AND seq > $2 ORDER BY seq LIMIT 1', [roomId, seq]);
  return first?.seq ?? seq;
}
