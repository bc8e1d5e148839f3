import { COMMANDS_TOPIC, type DeadLetter } from '@agent-chat/contracts';
import { Database, type Row } from '@agent-chat/database';
import { EventLog, type LogRecord, type StoredRecord } from '@agent-chat/event-log';
import { deadCommandId, newId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { type DeadLetterShelf, type LetterList, type LetterPage, type WholeLetter } from '../../application/dead-letters/dead-letter-shelf';
import { readWhatIsThere } from '../../application/read/read-what-is-there';

// A command may be put away, and told of, more than once: what an operator has settled does not come back.
const KEEP = `
INSERT INTO dead_commands (letter_id, source, error, failed_at, record)
SELECT letter_id, source, error, failed_at, record
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[]) AS given (letter_id, source, error, failed_at, record)
WHERE NOT EXISTS (SELECT 1 FROM dead_letter_acts WHERE dead_letter_acts.letter_id = 'command.' || given.letter_id)
ON CONFLICT (letter_id) DO NOTHING`;

const FIELDS = `'command.' || letter_id AS id, source, error, date_trunc('milliseconds', failed_at) AS failed_at`;
const LIST = `
SELECT * FROM (SELECT ${FIELDS} FROM dead_commands WHERE $1::text IS NULL OR source = $1) letter
WHERE $2::timestamptz IS NULL OR (failed_at, id COLLATE "C") < ($2, $3::text) ORDER BY failed_at DESC, id COLLATE "C" DESC LIMIT $4`;
const FIND = `SELECT ${FIELDS}, record FROM dead_commands WHERE 'command.' || letter_id = $1`;
const TAKE = `DELETE FROM dead_commands WHERE 'command.' || letter_id = $1 RETURNING record`;

/** Headers that the dead letter itself was given. */
const OWN_HEADERS = 'x-';
const MAX_TEXT_LENGTH = 500;

interface LetterRow extends Row {
  readonly id: string;
  readonly source: string;
  readonly error: string;
  readonly failed_at: string;
}
interface RecordRow extends Row {
  readonly record: string;
}

/** Commands that could not be decoded or stored (P15, P16). */
@Injectable()
export class CommandShelf implements DeadLetterShelf {
  readonly kind = 'command';
  readonly afterReplay = 'replayed';

  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
  ) {}

  /** Idempotent: by where a command lay. */
  async keep(records: readonly StoredRecord[]): Promise<void> {
    const column = <Value>(of: (record: StoredRecord) => Value): Value[] => records.map(of);
    await this.database.directory().query(KEEP, [
      column((record) => deadCommandId(placeOf(record))),
      column(({ headers }) => storable(headers['type'] ?? '')),
      column(({ headers }) => storable(headers['x-error'] ?? 'unknown')),
      column(({ appendedAtMs }) => new Date(appendedAtMs).toISOString()),
      // As JSON it is plain text, whatever it holds.
      column(({ key, value, headers }) => JSON.stringify({ key, value, headers } satisfies LogRecord)),
    ]);
  }

  list({ source, after, limit }: LetterPage): Promise<LetterList> {
    const directory = this.database.directory();
    const read = async (): Promise<DeadLetter[]> => (await directory.query<LetterRow>(LIST, [source, after?.failedAt, after?.id, limit])).map(toLetter);
    return readWhatIsThere([{ name: directory.name, read }]);
  }

  async find(id: string): Promise<WholeLetter | undefined> {
    const [row] = await this.database.directory().query<LetterRow & RecordRow>(FIND, [id]);
    return row && { letter: toLetter(row), content: JSON.parse(row.record) as unknown };
  }

  /** Appends the command again, under the key it had: if it was stored after all, it is not stored again. Its answer finds nobody (P2). */
  async replay(id: string): Promise<boolean> {
    return this.database.directory().transaction(async (connection) => {
      const [row] = await connection.query<RecordRow>(TAKE, [id]);
      if (row === undefined) return false;
      const { key, value, headers } = JSON.parse(row.record) as LogRecord;
      const own = Object.entries(headers).filter(([name]) => !name.startsWith(OWN_HEADERS));
      await this.log.append(COMMANDS_TOPIC, [{ key, value, headers: { ...Object.fromEntries(own), request: newId<string>() } }]);
      return true;
    });
  }

  async discard(id: string): Promise<boolean> {
    return (await this.database.directory().query(TAKE, [id])).length > 0;
  }
}

/** Where and when the command lay in its log; a log in memory counts anew after each start. */
function placeOf({ partition, offset, appendedAtMs, headers }: StoredRecord): (string | number)[] {
  const { 'x-partition': from, 'x-offset': at, 'x-appended-at': appendedAt } = headers;
  return from === undefined || at === undefined || appendedAt === undefined ? [partition, offset, appendedAtMs] : [from, at, appendedAt];
}

function storable(text: string): string {
  return text.replaceAll('\0', ' ').toWellFormed().slice(0, MAX_TEXT_LENGTH).toWellFormed();
}

function toLetter({ id, source, error, failed_at }: LetterRow): DeadLetter {
  return { id, kind: 'command', source, error, failedAt: failed_at, state: 'waiting' };
}
