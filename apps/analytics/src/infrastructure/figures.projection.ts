import { type LogEvent } from '@agent-chat/contracts';
import { Database, type PhysicalDatabase, type Queryable } from '@agent-chat/database';
import { Clock } from '@agent-chat/kernel';
import { type Projection } from '@agent-chat/messaging';
import { Injectable } from '@nestjs/common';
import { oldestMinute } from '../application/figure-retention';
import { tallyOf, type MinuteActivity } from '../domain/activity-tally';
import { ACTIVITY, added, summed } from './activity-columns';
import { ObservationsRepository } from './observations.repository';

const given = ACTIVITY.map((_, index) => `$${index + 3}::int[]`).join(', ');
const COUNT = `
WITH given AS (
  SELECT * FROM unnest($1::uuid[], $2::timestamptz[], ${given}) AS given (room_id, minute, ${ACTIVITY.join(', ')})
), spread AS MATERIALIZED (
  SELECT room_id, unit, date_trunc(unit, minute, 'UTC') AS at, ${summed()}
  FROM given CROSS JOIN (VALUES ('minute'), ('hour'), ('day')) AS units (unit)
  WHERE unit <> 'minute' OR minute >= $${ACTIVITY.length + 3}
  GROUP BY room_id, unit, date_trunc(unit, minute, 'UTC')
), whole AS (
  INSERT INTO figures_partitions AS stored (partition, unit, at, ${ACTIVITY.join(', ')})
  SELECT $${ACTIVITY.length + 4}::int, unit, at, ${summed()} FROM spread GROUP BY unit, at
  ON CONFLICT (unit, at, partition) DO UPDATE SET ${added()}
)
INSERT INTO figures_rooms AS stored (room_id, unit, at, ${ACTIVITY.join(', ')})
SELECT room_id, unit, at, ${ACTIVITY.join(', ')} FROM spread
ON CONFLICT (room_id, unit, at) DO UPDATE SET ${added()}`;

// Who was there on a day before has been noted for the week and the month, too. Each step is in the order of its keys, and the second begins when the
// first is done, so that batches of two partitions can't wait for each other.
const NOTE = `
WITH fresh AS (
  INSERT INTO figures_room_people (room_id, day, user_id)
  SELECT * FROM unnest($1::uuid[], $2::date[], $3::uuid[]) ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING RETURNING day, user_id
), days AS (
  INSERT INTO figures_people (period, at, user_id)
  SELECT DISTINCT 'day', day, user_id FROM fresh ORDER BY 2, 3 ON CONFLICT DO NOTHING RETURNING at, user_id
)
INSERT INTO figures_people (period, at, user_id)
SELECT DISTINCT period, date_trunc(period, at::timestamp)::date, user_id FROM days CROSS JOIN (VALUES ('month'), ('week')) AS periods (period)
ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`;

/** What happened by minute, hour and day, and who was active by day, week and month: of each room, and of all. */
@Injectable()
export class FiguresProjection implements Projection {
  readonly group = 'figures';
  readonly gatherMs = 5_000;

  constructor(
    private readonly databases: Database,
    private readonly observations: ObservationsRepository,
    private readonly clock: Clock,
  ) {}

  database(): PhysicalDatabase {
    return this.databases.directory();
  }

  async apply(connection: Queryable, events: readonly LogEvent[]): Promise<undefined> {
    const { minutes, people } = tallyOf(events.map(({ event }) => event));
    if (minutes.length > 0) {
      const column = (key: keyof MinuteActivity) => minutes.map((minute) => minute[key]);
      await connection.query(COUNT, [column('roomId'), column('minute'), ...ACTIVITY.map(column), oldestMinute(this.clock), events[0]?.partition]);
    }
    if (people.length > 0) {
      await connection.query(NOTE, [people.map(({ roomId }) => roomId), people.map(({ day }) => day), people.map(({ userId }) => userId)]);
    }
  }

  async clear(connection: Queryable): Promise<void> {
    for (const table of ['figures_partitions', 'figures_rooms', 'figures_room_people', 'figures_people']) await connection.query(`DELETE FROM ${table}`);
    await this.observations.sumUpAgain(connection);
  }
}
