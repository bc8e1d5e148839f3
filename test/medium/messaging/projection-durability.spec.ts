import { type Queryable } from '@agent-chat/database';
import { ProjectionRunner, type AfterCommit, type Projection } from '@agent-chat/messaging';
import { eventually } from '@agent-chat/testing';
import { openEventLog } from '../../support/event-publisher';
import { openReading, type Reading } from '../../support/reading';
import { SeededRoom } from '../../support/seeded-room';

const NEVER_MS = 3_600_000;

/** Writes its name, and may have something to do afterwards. */
class Signing implements Projection {
  constructor(
    private readonly reading: Reading,
    readonly group: string,
    readonly mayForget: boolean,
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
  /** In which something has happened: a batch each. */
  const partitions = new Set<number>();

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

  /** Has it read what there is; resolves with how to stop it. */
  async function run(projection: Projection, checkEveryMs: number): Promise<() => Promise<void>> {
    const log = openEventLog(reading);
    const runner = new ProjectionRunner({ log, queries: reading.bus, checkEveryMs, onError: (message) => expect(message).toBe('') });
    partitions.add((await SeededRoom.create(reading.database)).partition);
    await runner.run(projection);
    return async () => {
      await runner.stop();
      await log.close();
    };
  }

  it.each([
    ['waits for the disk', 'local', false, undefined],
    ['does not where effects may be forgotten', 'off', true, undefined],
    ['does where something follows that cannot be taken back', 'local', true, () => Promise.resolve()],
  ] as const)('%s', async (_, waits, mayForget, after) => {
    const group = `signing-${waits}-${String(mayForget)}`;
    const stop = await run(new Signing(reading, group, mayForget, after), NEVER_MS);

    const noted = (): Promise<object[]> => reading.database.shards()[0]!.query('SELECT DISTINCT waits FROM committed WHERE consumer = $1', [group]);
    await eventually(async () => expect(await noted()).toEqual([{ waits }]));
    await stop();
  });

  it('is done again where the server has forgotten it, though nothing else happens in its partition', async () => {
    const [database] = reading.database.shards();
    const group = 'forgetful';
    const signed = async (): Promise<number> => (await database!.query('SELECT 1 FROM signed WHERE consumer = $1', [group])).length;
    const stop = await run(new Signing(reading, group, true), 50);
    await eventually(async () => expect(await signed()).toBe(partitions.size));

    // As a server does that fails before the commit is on its disk: effect and position are gone together.
    await database!.transaction(async (connection) => {
      await connection.query('DELETE FROM signed WHERE consumer = $1', [group]);
      await connection.query('UPDATE consumer_positions SET position = 0 WHERE consumer = $1', [group]);
    });

    await eventually(async () => expect(await signed()).toBe(partitions.size));
    await stop();
  });
});
