import { DatabaseError } from '../database-error';
import type { Database, PhysicalDatabase } from '../database.port';

/** A database to hold to the port's promise. `close` also removes what the test made. */
export interface OpenedDatabase {
  readonly database: Database;
  close(): Promise<void>;
}

/** The promise of the `Database` port, run on every adapter. */
export function describeDatabaseContract(name: string, open: () => Promise<OpenedDatabase>): void {
  describe(`${name} keeps the promise of Database`, () => {
    let opened: OpenedDatabase;
    let database: Database;
    let main: PhysicalDatabase;

    beforeAll(async () => {
      opened = await open();
      database = opened.database;
      main = database.directory();
      await main.query('create table things (id bigint primary key, note text not null)');
    });
    afterAll(() => opened.close());
    beforeEach(() => main.query('delete from things'));

    describe('statements', () => {
      it('brings bigint as a number, also in arrays and counts', async () => {
        const rows = await main.query(
          'select 9007199254740991::bigint as big, array[1, null, 9007199254740991]::bigint[] as many, count(*) as counted from things',
        );
        expect(rows).toEqual([{ big: Number.MAX_SAFE_INTEGER, many: [1, null, Number.MAX_SAFE_INTEGER], counted: 0 }]);
      });

      it('brings instants as ISO 8601 in UTC with milliseconds', async () => {
        const [row] = await main.query(
          `select '2026-03-01 12:00:00+02'::timestamptz as whole, '2026-03-01 12:00:00.123456Z'::timestamptz as micro,
             '2026-03-01 12:00:00.5Z'::timestamptz as half, array['2026-03-01 12:00:00Z'::timestamptz] as many, date '2026-03-01' as day`,
        );
        expect(row).toEqual({
          whole: '2026-03-01T10:00:00.000Z',
          micro: '2026-03-01T12:00:00.123Z',
          half: '2026-03-01T12:00:00.500Z',
          many: ['2026-03-01T12:00:00.000Z'],
          day: '2026-03-01',
        });
      });

      it('sends objects as JSON, and brings JSON as values', async () => {
        const value = { text: 'it\'s "quoted"\\', list: [1, { two: null }] };
        expect(await main.query('select $1::jsonb as value', [value])).toEqual([{ value }]);
      });

      it('sends arrays whose items hold commas, quotes, braces and nothing', async () => {
        const items = ['a,b', '"{}"', '', 'back\\slash', null];
        expect(await main.query('select * from unnest($1::text[]) as item', [items])).toEqual(items.map((item) => ({ item })));
      });
    });

    describe('failures', () => {
      const kinds: readonly (readonly [string, string, string, string])[] = [
        ['data for a duplicate key', 'insert into things values (1, $1), (1, $1)', 'data', '23505'],
        ['data for text that Postgres refuses', "insert into things values (1, $1 || convert_from('\\x00', 'UTF8'))", 'data', '22021'],
        ['data for a program limit', "select repeat($1, 2000000000) || repeat('x', 1)", 'data', '54000'],
        ['outage for another program limit', "do $$ begin raise exception 'too deep' using errcode = '54001'; end $$", 'outage', '54001'],
        ['outage for a deadlock', "do $$ begin raise exception 'deadlock' using errcode = '40P01'; end $$", 'outage', '40P01'],
        ['fenced for AC001', "do $$ begin raise exception 'fenced' using errcode = 'AC001'; end $$", 'fenced', 'AC001'],
        ['outage for a missing table', 'select $1 from nowhere', 'outage', '42P01'],
      ];
      it.each(kinds)('are %s', async (_title, sql, kind, sqlState) => {
        const parameters = sql.includes('$1') ? ['x'] : undefined;
        await expect(main.query(sql, parameters)).rejects.toMatchObject({ name: 'DatabaseError', kind, sqlState });
      });

      it('say which row, in the detail', async () => {
        await main.query('insert into things values (1, $1)', ['a']);
        await expect(main.query('insert into things values (1, $1)', ['b'])).rejects.toMatchObject({ detail: 'Key (id)=(1) already exists.' });
      });

      it('are an outage when the server cuts the connection, and the next statement gets another', async () => {
        const cut = main.query('select pg_terminate_backend(pg_backend_pid())');
        await expect(cut).rejects.toMatchObject({ kind: 'outage' });
        expect(await main.query('select 1 as one')).toEqual([{ one: 1 }]);
      });
    });

    describe('transactions', () => {
      it('store everything when the work resolves, and answer its result', async () => {
        const result = await main.transaction(async (connection) => {
          await connection.query('insert into things values (1, $1)', ['a']);
          await connection.query('insert into things values (2, $1)', ['b']);
          return 'done';
        });
        expect(result).toBe('done');
        expect(await main.query('select id from things order by id')).toEqual([{ id: 1 }, { id: 2 }]);
      });

      it('store nothing when the work rejects, and reject with its error', async () => {
        const failure = new Error('changed my mind');
        const attempt = main.transaction(async (connection) => {
          await connection.query('insert into things values (1, $1)', ['a']);
          throw failure;
        });
        await expect(attempt).rejects.toBe(failure);
        expect(await main.query('select id from things')).toEqual([]);
      });

      it('reject when a failed statement was swallowed, because nothing was stored', async () => {
        const attempt = main.transaction(async (connection) => {
          await connection.query('insert into things values (1, $1)', ['a']);
          await connection.query('insert into things values (1, $1)', ['b']).catch(() => undefined);
        });
        await expect(attempt).rejects.toBeInstanceOf(DatabaseError);
        expect(await main.query('select id from things')).toEqual([]);
      });

      it('do not see each other before they commit', async () => {
        await main.transaction(async (connection) => {
          await connection.query('insert into things values (1, $1)', ['a']);
          expect(await main.query('select id from things')).toEqual([]);
        });
        expect(await main.query('select id from things')).toEqual([{ id: 1 }]);
      });

      it('leave a connection that serves others after its server process died in the middle', async () => {
        const attempt = main.transaction(async (connection) => {
          const [row] = await connection.query<{ pid: number }>('select pg_backend_pid() as pid');
          await main.query('select pg_terminate_backend($1)', [row?.pid]);
          await connection.query('insert into things values (1, $1)', ['a']);
        });
        await expect(attempt).rejects.toMatchObject({ kind: 'outage' });
        const answers = await Promise.all(Array.from({ length: 20 }, () => main.query('select 1 as one')));
        expect(answers).toHaveLength(20);
      });
    });

    describe('shards', () => {
      it('have a database for every partition, each listed once', () => {
        const used = new Set(Array.from({ length: database.partitionCount }, (_, partition) => database.shard(partition)));
        expect([...used]).toEqual([...database.shards()]);
        expect(() => database.shard(database.partitionCount)).toThrow(RangeError);
        expect(() => database.shard(-1)).toThrow(RangeError);
      });

      it('answer a ping', async () => {
        await expect(database.ping(5_000)).resolves.toBeUndefined();
      });
    });
  });

  describe(`${name} when closed`, () => {
    it('refuses statements and pings as an outage, and closes twice in peace', async () => {
      const { database, close } = await open();
      await Promise.all([database.close(), database.close()]);
      await database.close();
      await expect(database.directory().query('select 1')).rejects.toMatchObject({ name: 'DatabaseError', kind: 'outage' });
      await expect(database.ping(1_000)).rejects.toMatchObject({ name: 'DatabaseError', kind: 'outage' });
      await close();
    });
  });
}
