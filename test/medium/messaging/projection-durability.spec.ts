import { type Queryable } from '@agent-chat/database';
import { ProjectionRunner, type AfterCommit, type Projection } from '@agent-chat/messaging';
import { eventually } from '@agent-chat/testing';
import { openEventLog } from '../../support/event-publisher';
import { openReading, type Reading } from '../../support/reading';
import { SeededRoom } from '../../support/seeded-room';

/** Writes its name, and may have something to do afterwards. */
class Signing implements Projection {
  constructor(
    private readonly reading: Reading,
    readonly group: string,
    readonly isFlushed: boolean,
    private readonly after?: AfterCommit,
  ) {}

  database() {
    return this.reading.database.shards()[0]!;
  }

  async apply(connection: Queryable): Promise<AfterCommit | undefined> {
    await connection.query('INSERT INTO signed (consumer) VALUES ($1)', [this.group]);
    return this.after;
  }
}

describe('the commit of a projection', () => {
  let reading: Reading;

  beforeAll(async () => {
    reading = await openReading('projection_durability');
    const [database] = reading.database.shards();
    await database!.query('CREATE TABLE signed (consumer text)');
    await database!.query('CREATE TABLE committed (consumer text, waits text)');
    await database!.query(
      `CREATE FUNCTION note_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO committed VALUES (new.consumer, current_setting('synchronous_commit')); RETURN NULL; END $$`,
    );
    // Deferred: it runs as a part of the commit.
    await database!.query(
      'CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON signed DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_commit()',
    );
    await database!.query(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit TO local', current_database()); PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid(); END $$",
    );
    // Itself too: from now on every connection has what the database says.
    await database!.query('SELECT pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
  });
  afterAll(() => reading.close());

  it.each([
    ['does not wait for the disk', 'off', false, undefined],
    ['waits where effects have to stay once they were seen', 'local', true, undefined],
    ['waits where something follows that cannot be taken back', 'local', false, () => Promise.resolve()],
  ] as const)('%s', async (_, waits, isFlushed, after) => {
    const log = openEventLog(reading);
    const group = `signing-${waits}-${String(isFlushed)}`;
    const runner = new ProjectionRunner({ log, queries: reading.bus, onError: (message) => expect(message).toBe('') });
    await SeededRoom.create(reading.database);
    await runner.run(new Signing(reading, group, isFlushed, after));

    const noted = (): Promise<object[]> => reading.database.shards()[0]!.query('SELECT DISTINCT waits FROM committed WHERE consumer = $1', [group]);
    await eventually(async () => expect(await noted()).toEqual([{ waits }]));
    await runner.stop();
    await log.close();
  });
});
