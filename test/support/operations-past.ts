import { type Database } from '@agent-chat/database';
import { newId, type UserId } from '@agent-chat/kernel';
import { askPostgres } from './ask-postgres';
import { SeededRoom } from './seeded-room';
import { type TestedSystem } from './tested-system';

const HOUR_MS = 3_600_000;

interface DeadPlace {
  readonly database: string;
  readonly id: string;
}

/** Ten days of talk, as owners would have committed it, for charts that show something. */
export async function seedPast(database: Database): Promise<void> {
  const people = Array.from({ length: 6 }, () => newId<UserId>());
  const nowMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  for (let day = 1; day <= 9; day++) {
    for (const [index, hour] of [9, 11, 14, 18].entries()) {
      const room = await SeededRoom.create(database, { startMs: nowMs - day * 24 * HOUR_MS + hour * HOUR_MS - 24 * HOUR_MS });
      for (let message = 0; message < 3 + ((day * 7 + hour) % 9); message++) {
        const posted = await room.post(people[(message + index + day) % (2 + (day % 5))]!, 'something');
        if (message % 3 === 0) await room.react(posted, people[0]!, '👍');
      }
    }
  }
}

/** Lays an event to the dead letters of a group, as a consumer that could not handle it does. */
export async function bury(system: TestedSystem, group: string, error: string): Promise<DeadPlace> {
  for (const database of system.roomDatabases) {
    const [event] = await askPostgres<{ partition: number; position: string; room_id: string; seq: string; type: string }>(
      database,
      `SELECT e.partition, e.position, e.room_id, e.seq, e.type FROM room_events e JOIN partition_progress p USING (partition)
       WHERE p.state = 'active' AND e.type = 'message.posted' ORDER BY e.created_at DESC LIMIT 1`,
    );
    if (event === undefined) continue;
    const { partition, position, room_id, seq, type } = event;
    await askPostgres(database, 'INSERT INTO dead_events (consumer, partition, position, room_id, seq, type, error) VALUES ($1, $2, $3, $4, $5, $6, $7)', [
      ...[group, partition, position, room_id, seq, type, error],
    ]);
    return { database, id: `event.${group}.${String(partition)}.${position}` };
  }
  throw new Error('No database has an event that could be buried');
}

export async function lettersIn({ database, id }: DeadPlace): Promise<number> {
  const sql = `SELECT 1 FROM dead_events WHERE 'event.' || consumer || '.' || partition || '.' || position = $1`;
  return (await askPostgres(database, sql, [id])).length;
}
