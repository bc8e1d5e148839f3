import { MAX_EVENTS_PER_PAGE, type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { Database } from '@agent-chat/database';
import { AppError, formatCursor, parseCursor, type Cursor, type RoomId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { ByteBudget, cutEvents, requireContinuable, type EventPage } from '../../application/read/event-page';
import { requireExisting, requireReadable } from '../../application/read/room-access';
import { roomEventOf, type LoggedEvent } from '../../domain/room-event-view';
import { type AccessRow } from './access-row';
import { type AskShard, askRoom, askThoseThere } from './shard-reader';
import { ACCESS_COLUMNS, accessJoins, EVENT_FIELDS, rowsOf } from './sql';

/** No event is shorter once it is encoded: its ids, its time and the names of its fields alone are longer. */
const LEAST_EVENT_BYTES = 150;

// One statement, so one snapshot, for every asked room (P24). The rooms that are behind share the answer's size: what would be cut anyway is
// neither read nor sent here, or a hundred rooms would take the time of a hundred answers. Of a room with nothing new no log is looked at.
const LOG = `
SELECT r.place, ${ACCESS_COLUMNS}, coalesce(p.fence, 0) AS fence, coalesce(p.owner, '') AS owner, log.events
FROM (
  SELECT asked.after, asked.place, s.room_id, s.kind, s.partition, s.last_seq,
    $6::bigint / greatest(count(*) FILTER (WHERE s.last_seq > asked.after) OVER (), 1) AS share
  FROM ${rowsOf('$2::uuid[]', '$3::bigint[]', '$4::int[]')} AS asked (room_id, after, place) JOIN rooms s ON s.room_id = asked.room_id
) r ${accessJoins('$1')}
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_object(${EVENT_FIELDS}) ORDER BY e.seq), '[]') AS events
  FROM (
    SELECT o.*, sum(octet_length(o.payload::text)) OVER (ORDER BY o.seq) - octet_length(o.payload::text) AS bytes_before
    FROM (
      SELECT * FROM room_events WHERE room_id = r.room_id AND seq > r.after AND r.last_seq > r.after ORDER BY seq LIMIT least($5, r.share / ${LEAST_EVENT_BYTES} + 1)
    ) o
  ) e WHERE e.bytes_before <= r.share
) log`;

const NOTHING_AFTER = Number.MAX_SAFE_INTEGER;
const NOBODY = '00000000-0000-0000-0000-000000000000';

interface LogRow extends AccessRow {
  readonly place: number;
  readonly fence: number;
  readonly owner: string;
  readonly events: LoggedEvent[];
}

/** One of the asked rooms; `place` is where it stands in the question. */
interface AskedRoom {
  readonly place: number;
  readonly roomId: string;
  readonly cursor: Cursor | undefined;
}

type OpenedRoom = QueryAnswer<'rooms.open'>['rooms'][number];

/** Rooms' logs. */
@Injectable()
export class EventReader {
  constructor(private readonly database: Database) {}

  async open({ userId, rooms, maxBytes }: QueryInput<'rooms.open'>): Promise<QueryAnswer<'rooms.open'>> {
    const asked = rooms.map(({ roomId, cursor }, place) => ({ place, roomId, cursor: readCursor(cursor) }));
    const { rows, away } = await askThoseThere(
      this.database,
      asked,
      ({ roomId }) => roomId,
      (ask, group) => readLogs(ask, userId, group, { limit: MAX_EVENTS_PER_PAGE, maxBytes }),
    );
    const found = new Map(rows.map((row) => [row.place, row]));
    const budget = new ByteBudget(maxBytes);
    return { rooms: asked.map((room) => opened(room, away.get(room) ?? found.get(room.place), budget)) };
  }

  async events({ roomId, userId, after, limit, maxBytes }: QueryInput<'room.events'>): Promise<QueryAnswer<'room.events'>> {
    const asked = { place: 0, roomId, cursor: readCursor(after) };
    const [row] = await readLogs(this.askOf(roomId), userId, [asked], { limit, maxBytes });
    return pageOf(asked, requireReadable(row), new ByteBudget(maxBytes), true);
  }

  /** For services: whoever asks has decided on access. */
  async tail({ roomId, after, limit, maxBytes }: QueryInput<'rooms.tail'>): Promise<QueryAnswer<'rooms.tail'>> {
    const asked = { place: 0, roomId, cursor: readCursor(after) };
    const [row] = await readLogs(this.askOf(roomId), NOBODY, [asked], { limit, maxBytes });
    const { events, more } = pageOf(asked, requireExisting(row), new ByteBudget(maxBytes), true);
    return { events, head: row?.head ?? 0, more };
  }

  private askOf(roomId: string): AskShard {
    return (sql, parameters) => askRoom(this.database, roomId, sql, parameters);
  }
}

function readLogs(ask: AskShard, userId: string, rooms: readonly AskedRoom[], most: { limit: number; maxBytes: number }): Promise<LogRow[]> {
  const after = rooms.map(({ cursor }) => cursor?.seq ?? NOTHING_AFTER);
  const places = rooms.map(({ place }) => place);
  return ask<LogRow>(LOG, [userId, rooms.map(({ roomId }) => roomId), after, places, most.limit, most.maxBytes]);
}

function opened(room: AskedRoom, found: LogRow | AppError | undefined, budget: ByteBudget): OpenedRoom {
  try {
    if (found instanceof AppError) throw found;
    const readable = requireReadable(found);
    const { head, epoch, fence, owner, role } = readable;
    return { ok: true, roomId: room.roomId as RoomId, head, epoch, fence, owner, member: role !== null, ...pageOf(room, readable, budget, false) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ok: false, roomId: room.roomId as RoomId, error: error.toBody() };
  }
}

function pageOf({ cursor }: AskedRoom, { epoch, head, events }: LogRow, budget: ByteBudget, atLeastOne: boolean): EventPage {
  if (cursor === undefined) return { events: [], cursor: formatCursor({ epoch, seq: head }), more: false };
  requireContinuable(cursor, { epoch, head });
  return cutEvents(events.map(roomEventOf), cursor.seq, { epoch, head }, budget, atLeastOne);
}

function readCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined;
  const cursor = parseCursor(text);
  if (cursor === undefined) throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'cursor', message: 'must be "<epoch>.<seq>"' }] });
  return cursor;
}
