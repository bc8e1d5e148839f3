import { MAX_ANALYTICS_DAYS, type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { cutPage, Database, decodePageToken, InstantText, type Row } from '@agent-chat/database';
import { AppError, type RoomId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';

// Every day of the range, also those on which nothing happened. Somebody who was active in two rooms is one person.
const DAYS = `
SELECT d::date AS day,
  coalesce((SELECT sum(messages) FROM analytics_messages m WHERE m.day = d::date AND ($3::uuid IS NULL OR m.room_id = $3)), 0)::bigint AS messages,
  (SELECT count(DISTINCT user_id) FROM analytics_people p WHERE p.day = d::date AND ($3::uuid IS NULL OR p.room_id = $3)) AS active_people
FROM generate_series($1::date, $2::date, interval '1 day') d ORDER BY d`;

const TRAIL = `
SELECT partition, position, room_id, seq, type, actor_id, subject_id, at, at::text AS place FROM audit_trail
WHERE ($1::uuid IS NULL OR room_id = $1) AND ($2::uuid IS NULL OR actor_id = $2)
  AND ($3::timestamptz IS NULL OR (at, partition, position) < ($3, $4::int, $5::bigint))
ORDER BY at DESC, partition DESC, position DESC LIMIT $6`;

const Place = z.tuple([InstantText, z.int(), z.int()]);

interface DayRow extends Row {
  readonly day: string;
  readonly messages: number;
  readonly active_people: number;
}
interface EntryRow extends Row {
  readonly partition: number;
  readonly position: number;
  readonly room_id: RoomId;
  readonly seq: number;
  readonly type: string;
  readonly actor_id: UserId | null;
  readonly subject_id: string | null;
  readonly at: string;
  readonly place: string;
}

/** Reads the projections of analytics. */
@Injectable()
export class AnalyticsReader {
  constructor(private readonly database: Database) {}

  async days({ roomId, from, to }: QueryInput<'analytics.days'>): Promise<QueryAnswer<'analytics.days'>> {
    const dayCount = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
    if (dayCount < 1 || dayCount > MAX_ANALYTICS_DAYS) {
      throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'to', message: `must be from 0 to ${MAX_ANALYTICS_DAYS - 1} days after "from"` }] });
    }
    const rows = await this.database.directory().query<DayRow>(DAYS, [from, to, roomId]);
    return { days: rows.map(({ day, messages, active_people }) => ({ day, messages, activePeople: active_people })) };
  }

  async trail({ roomId, actorId, cursor, limit }: QueryInput<'audit.list'>): Promise<QueryAnswer<'audit.list'>> {
    const [at, partition, position] = decodePageToken(cursor, Place) ?? [];
    const rows = await this.database.directory().query<EntryRow>(TRAIL, [roomId, actorId, at, partition, position, limit + 1]);
    const { page, next } = cutPage(rows, limit, (row) => [row.place, row.partition, row.position]);
    return { items: page.map(toEntry), ...(next === undefined ? {} : { next }) };
  }
}

function toEntry(row: EntryRow): QueryAnswer<'audit.list'>['items'][number] {
  return {
    partition: row.partition,
    position: row.position,
    roomId: row.room_id,
    seq: row.seq,
    type: row.type,
    ...(row.actor_id === null ? {} : { actorId: row.actor_id }),
    ...(row.subject_id === null ? {} : { subjectId: row.subject_id }),
    at: row.at,
  };
}
