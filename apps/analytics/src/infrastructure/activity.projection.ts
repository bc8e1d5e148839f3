import { type LogEvent } from '@agent-chat/contracts';
import { Database, type PhysicalDatabase, type Queryable } from '@agent-chat/database';
import { type Projection } from '@agent-chat/messaging';
import { Injectable } from '@nestjs/common';
import { activityOf } from '../application/activity';

// In the order of the keys, so that batches of two partitions can't wait for each other.
const COUNT = `
INSERT INTO analytics_messages AS stored (room_id, day, messages)
SELECT * FROM unnest($1::uuid[], $2::date[], $3::bigint[]) AS given (room_id, day, messages) WHERE messages > 0 ORDER BY room_id, day
ON CONFLICT (room_id, day) DO UPDATE SET messages = stored.messages + excluded.messages`;

const NOTE = `
INSERT INTO analytics_people (room_id, day, user_id)
SELECT * FROM unnest($1::uuid[], $2::date[], $3::uuid[]) AS given (room_id, day, user_id) ORDER BY room_id, day, user_id
ON CONFLICT DO NOTHING`;

/** Messages and active people by room and day. */
@Injectable()
export class ActivityProjection implements Projection {
  readonly group = 'analytics';
  readonly gatherMs = 5_000;

  constructor(private readonly databases: Database) {}

  database(): PhysicalDatabase {
    return this.databases.directory();
  }

  async apply(connection: Queryable, events: readonly LogEvent[]): Promise<undefined> {
    const days = activityOf(events.map(({ event }) => event));
    if (days.length === 0) return;
    await connection.query(COUNT, [days.map(({ roomId }) => roomId), days.map(({ day }) => day), days.map(({ messages }) => messages)]);
    const people = days.flatMap(({ roomId, day, people: userIds }) => [...userIds].map((userId) => ({ roomId, day, userId })));
    await connection.query(NOTE, [people.map(({ roomId }) => roomId), people.map(({ day }) => day), people.map(({ userId }) => userId)]);
  }

  async clear(connection: Queryable): Promise<void> {
    await connection.query('DELETE FROM analytics_messages');
    await connection.query('DELETE FROM analytics_people');
  }
}
