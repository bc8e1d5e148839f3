import { type Row } from '@agent-chat/database';
import { type TestDatabase } from '@agent-chat/database/testing';
import { type RoomId } from '@agent-chat/kernel';
import { type Progress } from '../../../apps/chat/src/infrastructure/write/progress-repository';

/** The fields that any type of event may have; a type's own are there. */
interface Payload {
  readonly messageId: string;
  readonly userId: string;
  readonly emoji: string;
  readonly role: string;
  readonly muted?: boolean;
  readonly count?: number;
  readonly text?: string;
  readonly redacted?: boolean;
}

/** An event as the log in Postgres holds it. */
export interface StoredEvent extends Record<string, unknown> {
  readonly room_id: string;
  readonly partition: number;
  readonly position: number;
  readonly epoch: number;
  readonly seq: number;
  readonly type: string;
  readonly actor_id: string;
  readonly request_id: string;
  readonly created_at: string;
  readonly payload: Payload;
}

export async function eventsOf(test: TestDatabase, roomId: RoomId): Promise<StoredEvent[]> {
  return test.database.shard(0).query<StoredEvent>('SELECT * FROM room_events WHERE room_id = $1 ORDER BY seq', [roomId]);
}

/** The seqs of a room's log, lowest first. */
export async function seqsOf(test: TestDatabase, roomId: RoomId): Promise<number[]> {
  return (await eventsOf(test, roomId)).map(({ seq }) => seq);
}

/** The texts of a room's messages, oldest first. */
export async function textsOf(test: TestDatabase, roomId: RoomId): Promise<string[]> {
  const rows = await test.database.shard(0).query<{ text: string }>('SELECT text FROM messages WHERE room_id = $1 ORDER BY seq', [roomId]);
  return rows.map(({ text }) => text);
}

export async function progressOf(test: TestDatabase, partition: number): Promise<Progress> {
  const [row] = await test.database.shard(0).query<Progress & Row>('SELECT * FROM partition_progress WHERE partition = $1', [partition]);
  return row!;
}
