import { type DeadLetter } from '@agent-chat/contracts';
import { Database, type PhysicalDatabase, type Row } from '@agent-chat/database';
import { AppError } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { type DeadLetterShelf, type LetterList, type LetterPage, type WholeLetter } from '../../application/dead-letters/dead-letter-shelf';
import { readWhatIsThere } from '../../application/read/read-what-is-there';

const LETTERS = `
SELECT 'event.' || consumer || '.' || partition || '.' || position AS id, consumer, partition, position, room_id, seq, type, error,
  date_trunc('milliseconds', failed_at) AS failed_at, replay_asked_at IS NOT NULL AS is_asked FROM dead_events`;
const LIST = `
SELECT * FROM (${LETTERS} WHERE $1::text IS NULL OR consumer = $1) letter
WHERE $2::timestamptz IS NULL OR (failed_at, id COLLATE "C") < ($2, $3::text) ORDER BY failed_at DESC, id COLLATE "C" DESC LIMIT $4`;
const FIND = `${LETTERS} WHERE consumer = $1 AND partition = $2 AND position = $3`;
const ASK = 'UPDATE dead_events SET replay_asked_at = now() WHERE consumer = $1 AND partition = $2 AND position = $3 RETURNING position';
const REMOVE = 'DELETE FROM dead_events WHERE consumer = $1 AND partition = $2 AND position = $3 RETURNING position';
// Whoever moves the shard takes this row FOR UPDATE (P30).
const HOLD = `SELECT 1 FROM partition_progress WHERE partition = $1 AND state = 'active' FOR KEY SHARE`;

const ID = /^event\.([a-z0-9-]{1,63})\.(\d{1,6})\.(\d{1,15})$/;

interface LetterRow extends Row {
  readonly id: string;
  readonly consumer: string;
  readonly partition: number;
  readonly position: number;
  readonly room_id: string;
  readonly seq: number;
  readonly type: string;
  readonly error: string;
  readonly failed_at: string;
  readonly is_asked: boolean;
}

type EventKey = readonly [consumer: string, partition: number, position: number];

/** Events that a consumer group could not handle (P20): each lies in the database of that group's effects. */
@Injectable()
export class EventShelf implements DeadLetterShelf {
  readonly kind = 'event';
  /** By the process that runs the group, within seconds. */
  readonly afterReplay = 'replaying';

  constructor(private readonly database: Database) {}

  async list({ source, after, limit }: LetterPage): Promise<LetterList> {
    const read = async (database: PhysicalDatabase): Promise<DeadLetter[]> =>
      (await database.query<LetterRow>(LIST, [source, after?.failedAt, after?.id, limit])).map(toLetter);
    const databases = [...new Set([this.database.directory(), ...this.database.shards()])];
    const { items, missing } = await readWhatIsThere(databases.map((database) => ({ name: database.name, read: () => read(database) })));
    // One database may be both, and a shard on its way is in two.
    return { items: [...new Map(items.map((letter) => [letter.id, letter])).values()], missing };
  }

  async find(id: string): Promise<WholeLetter | undefined> {
    const key = this.parse(id);
    if (key === undefined) return undefined;
    for (const place of this.placesOf(key)) {
      const [row] = await place.query<LetterRow>(FIND, key);
      if (row !== undefined) return { letter: toLetter(row) };
    }
    return undefined;
  }

  replay(id: string): Promise<boolean> {
    return this.change(ASK, id);
  }

  discard(id: string): Promise<boolean> {
    return this.change(REMOVE, id);
  }

  private async change(sql: string, id: string): Promise<boolean> {
    const key = this.parse(id);
    if (key === undefined) return false;
    const [shard, directory] = this.placesOf(key);
    const isChanged = await shard.transaction(async (connection) => {
      if ((await connection.query(HOLD, [key[1]])).length === 0) return undefined;
      return (await connection.query(sql, key)).length > 0;
    });
    if (isChanged === true) return true;
    if ((await directory.query(sql, key)).length > 0) return true;
    if (isChanged === undefined && (await this.database.reload())) throw new AppError('UNAVAILABLE', { detail: 'The partition is being moved' });
    return false;
  }

  private placesOf([, partition]: EventKey): readonly [shard: PhysicalDatabase, directory: PhysicalDatabase] {
    return [this.database.shard(partition), this.database.directory()];
  }

  private parse(id: string): EventKey | undefined {
    const [, consumer, partition, position] = ID.exec(id) ?? [];
    if (consumer === undefined || Number(partition) >= this.database.partitionCount) return undefined;
    return [consumer, Number(partition), Number(position)];
  }
}

function toLetter({ id, consumer, partition, position, room_id, seq, type, error, failed_at, is_asked }: LetterRow): DeadLetter {
  const event = { partition, position, roomId: room_id, seq, type };
  return { id, kind: 'event', source: consumer, error, failedAt: failed_at, state: is_asked ? 'replaying' : 'waiting', event };
}
