import { type Activity, MAX_ANALYTICS_DAYS, type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { Database, type Row } from '@agent-chat/database';
import { AppError, type RoomId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { firstDayOf, nextAfter, periodsIn, unitsIn } from '../domain/time-units';
import { ACTIVITY, summed } from './activity-columns';

const ALL_ROOMS = `SELECT at, ${summed()} FROM figures_partitions WHERE unit = $1 AND at >= $2 AND at <= $3 GROUP BY at`;
const ONE_ROOM = `SELECT at, ${ACTIVITY.join(', ')} FROM figures_rooms WHERE unit = $1 AND at >= $2 AND at <= $3 AND room_id = $4`;

const PEOPLE = 'SELECT at, count(*) AS people FROM figures_people WHERE period = $1 AND at >= $2 AND at <= $3 GROUP BY at';
// Somebody who was there on two days of a week is one person of that week.
const PEOPLE_OF_ROOM = `
SELECT date_trunc($1, day::timestamp)::date AS at, count(DISTINCT user_id) AS people
FROM figures_room_people WHERE day >= $2 AND day < $3 AND room_id = $4 GROUP BY 1`;

const MOST_ACTIVE = `
WITH active AS (
  SELECT room_id, ${summed()} FROM figures_rooms WHERE unit = 'day' AND at >= $1::date AND at <= $2::date GROUP BY room_id
), top AS (SELECT * FROM active ORDER BY messages DESC, room_id LIMIT $3)
SELECT top.*, (SELECT count(DISTINCT user_id) FROM figures_room_people p WHERE p.room_id = top.room_id AND day >= $1::date AND day <= $2::date) AS people,
  (SELECT count(*) FROM active WHERE messages > 0) AS active_rooms
FROM top ORDER BY messages DESC, room_id`;

const NOTHING: Activity = { messages: 0, edits: 0, deletions: 0, reactions: 0, joins: 0, leaves: 0, uploads: 0 };

type ActivityRow = Row & Activity & { readonly at: string };
type RoomRow = Row & Activity & { readonly room_id: RoomId; readonly people: number; readonly active_rooms: number };
interface PeopleRow extends Row {
  readonly at: string;
  readonly people: number;
}

/** Reads the figures. */
@Injectable()
export class FiguresReader {
  constructor(private readonly database: Database) {}

  async activity({ roomId, ...range }: QueryInput<'figures.activity'>): Promise<QueryAnswer<'figures.activity'>> {
    const units = unitsIn(range);
    const within = [range.unit, units[0], units[units.length - 1]];
    const rows = await this.read<ActivityRow>(roomId === undefined ? ALL_ROOMS : ONE_ROOM, roomId === undefined ? within : [...within, roomId]);
    const known = new Map(rows.map((row) => [row.at, activityOf(row)]));
    return { points: units.map((at) => ({ at, ...(known.get(at) ?? NOTHING) })) };
  }

  async people({ period, from, to, roomId }: QueryInput<'figures.people'>): Promise<QueryAnswer<'figures.people'>> {
    const periods = periodsIn({ period, from, to });
    const [first = from, last = to] = [periods[0], periods[periods.length - 1]];
    const rows =
      roomId === undefined
        ? await this.read<PeopleRow>(PEOPLE, [period, first, last])
        : await this.read<PeopleRow>(PEOPLE_OF_ROOM, [period, first, firstDayOf(period, nextAfter(period, last)), roomId]);
    const known = new Map(rows.map(({ at, people }) => [at, people]));
    return { points: periods.map((day) => ({ from: day, activePeople: known.get(day) ?? 0 })) };
  }

  async rooms({ from, to, limit }: QueryInput<'figures.rooms'>): Promise<QueryAnswer<'figures.rooms'>> {
    periodsIn({ period: 'day', from, to });
    const rows = await this.read<RoomRow>(MOST_ACTIVE, [from, to, limit]);
    const items = rows.map((row) => ({ roomId: row.room_id, ...activityOf(row), activePeople: row.people }));
    return { activeRooms: rows[0]?.active_rooms ?? 0, items };
  }

  /** Messages and active people of each day, both ends included. */
  async days({ roomId, from, to }: QueryInput<'analytics.days'>): Promise<QueryAnswer<'analytics.days'>> {
    const days = periodsIn({ period: 'day', from, to });
    if (days.length > MAX_ANALYTICS_DAYS) {
      throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'to', message: `must be from 0 to ${MAX_ANALYTICS_DAYS - 1} days after "from"` }] });
    }
    const { points } = await this.activity({ unit: 'day', from: `${from}T00:00:00.000Z`, to: `${nextAfter('day', to)}T00:00:00.000Z`, roomId });
    const people = await this.people({ period: 'day', from, to, roomId });
    return { days: days.map((day, index) => ({ day, messages: points[index]?.messages ?? 0, activePeople: people.points[index]?.activePeople ?? 0 })) };
  }

  private read<R extends Row>(sql: string, parameters: readonly unknown[]): Promise<R[]> {
    return this.database.directory().query<R>(sql, parameters);
  }
}

function activityOf({ messages, edits, deletions, reactions, joins, leaves, uploads }: Activity): Activity {
  return { messages, edits, deletions, reactions, joins, leaves, uploads };
}
