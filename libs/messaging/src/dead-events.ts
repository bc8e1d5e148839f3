import { inspect } from 'node:util';
import { type LogEvent } from '@agent-chat/contracts';
import { type PhysicalDatabase, type Queryable, type Row } from '@agent-chat/database';
import { declareCounter } from '@agent-chat/observability';

const BURY = `
INSERT INTO dead_events (consumer, partition, position, room_id, seq, type, error) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (consumer, partition, position) DO UPDATE SET error = excluded.error, failed_at = now(), replay_asked_at = NULL`;

const ASKED = `
SELECT partition, position FROM dead_events WHERE consumer = $1 AND partition = ANY($2) AND replay_asked_at IS NOT NULL
ORDER BY partition, position LIMIT 100`;

const TAKE = 'DELETE FROM dead_events WHERE consumer = $1 AND partition = $2 AND position = $3 AND replay_asked_at IS NOT NULL RETURNING position';

const LEAVE = `
UPDATE dead_events SET error = $4, failed_at = now(), replay_asked_at = NULL WHERE consumer = $1 AND partition = $2 AND position = $3`;

const MAX_ERROR_LENGTH = 1_000;

const buried = declareCounter({ name: 'agent_chat_dead_letters_total', help: 'What was laid to the dead letters in this process', labels: ['kind'] });

/** Where an event lies in the log. */
export interface EventPlace {
  readonly partition: number;
  readonly position: number;
}

/** What one consumer group went past without handling it (P20): places in the log, for content stays where it can be redacted. */
export class DeadEvents {
  constructor(private readonly group: string) {}

  async bury(connection: Queryable, { partition, position, event }: LogEvent, cause: unknown): Promise<void> {
    await connection.query(BURY, [this.group, partition, position, event.roomId, event.seq, event.type, describe(cause)]);
    buried.inc({ kind: 'event' });
  }

  /** Those that an operator wants handled again, the oldest first. */
  asked(database: PhysicalDatabase, partitions: readonly number[]): Promise<EventPlace[]> {
    return database.query<EventPlace & Row>(ASKED, [this.group, partitions]);
  }

  /** Removes one that is asked for; answers whether it was there. Whoever else wants it waits for this transaction. */
  async take(connection: Queryable, { partition, position }: EventPlace): Promise<boolean> {
    return (await connection.query(TAKE, [this.group, partition, position])).length > 0;
  }

  /** Leaves one where it is: it failed again. */
  async leave(connection: Queryable, { partition, position }: EventPlace, cause: unknown): Promise<void> {
    await connection.query(LEAVE, [this.group, partition, position, describe(cause)]);
  }

  /** Everything is handled again from the first event. */
  async forget(connection: Queryable): Promise<void> {
    await connection.query('DELETE FROM dead_events WHERE consumer = $1', [this.group]);
  }
}

function describe(cause: unknown): string {
  const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : inspect(cause);
  return text.replaceAll('\0', ' ').toWellFormed().slice(0, MAX_ERROR_LENGTH);
}
