import { type LogEvent } from '@agent-chat/contracts';
import { Database, type PhysicalDatabase, type Queryable } from '@agent-chat/database';
import { Clock } from '@agent-chat/kernel';
import { type Projection } from '@agent-chat/messaging';
import { Injectable } from '@nestjs/common';
import { oldestMinute } from '../application/figure-retention';
import { tallyOf, type MinuteActivity } from '../domain/activity-tally';
import { ACTIVITY } from './activity-columns';
import { ObservationsRepository } from './observations.repository';

const COUNT = `SELECT figures_count($1, $2, $3, ${ACTIVITY.map((_, index) => `$${index + 4}`).join(', ')}, $${ACTIVITY.length + 4})`;
const NOTE = 'SELECT figures_note($1, $2, $3)';

/** What happened by minute, hour and day, and who was active by day, week and month: of each room, and of all. */
@Injectable()
export class FiguresProjection implements Projection {
  readonly group = 'figures';
  readonly gatherMs = 5_000;
  readonly mayForget = true;

  constructor(
    private readonly databases: Database,
    private readonly observations: ObservationsRepository,
    private readonly clock: Clock,
  ) {}

  database(): PhysicalDatabase {
    return this.databases.directory();
  }

  async apply(connection: Queryable, events: readonly LogEvent[]): Promise<undefined> {
    const { minutes, people } = tallyOf(events);
    if (minutes.length > 0) {
      const column = (key: keyof MinuteActivity) => minutes.map((minute) => minute[key]);
      await connection.query(COUNT, [events[0]?.partition, column('roomId'), column('minute'), ...ACTIVITY.map(column), oldestMinute(this.clock)]);
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
