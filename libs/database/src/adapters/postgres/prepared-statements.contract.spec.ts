import { createTestDatabase, type TestDatabase } from '../../testing';
import { PostgresPhysicalDatabase } from './postgres-physical-database';
import { PrimaryFinder } from './primary-finder';

const OPTIONS = { name: 'main', poolSize: 1, statementTimeoutMs: 30_000, connectTimeoutMs: 5_000 };
const NAMED = "SELECT statement FROM pg_prepared_statements WHERE name LIKE 'agent_chat_%'";
/** From then on the server weighs a plan for all parameters against one for these. */
const CUSTOM_PLANS = 5;

describe('prepared statements', () => {
  let test: TestDatabase;
  let database: PostgresPhysicalDatabase;

  const open = (plansKeptMs?: number): PostgresPhysicalDatabase => {
    const kept = plansKeptMs === undefined ? {} : { plansKeptMs };
    return new PostgresPhysicalDatabase({ ...OPTIONS, ...kept, finder: new PrimaryFinder({ url: test.url }) });
  };
  const pid = async (): Promise<unknown> => (await database.query('SELECT pg_backend_pid() AS pid'))[0]?.['pid'];

  beforeEach(async () => {
    test = await createTestDatabase('prepared');
    database = open();
  });
  afterEach(async () => {
    await database.close();
    await test.drop();
  });

  it('are what has parameters, each once', async () => {
    for (const value of [1, 2, 3]) await expect(database.query('SELECT $1::int AS value', [value])).resolves.toEqual([{ value }]);
    await database.transaction(async (connection) => expect(await connection.query('SELECT $1::int AS value', [4])).toEqual([{ value: 4 }]));
    await database.query('SELECT 5');
    await expect(database.query(NAMED)).resolves.toEqual([{ statement: 'SELECT $1::int AS value' }]);
  });

  it('are as many as may be kept, and the rest goes without', async () => {
    for (let index = 0; index < 300; index += 1) await database.query(`SELECT $1::int AS value, ${String(index)}`, [index]);
    await expect(database.query(NAMED)).resolves.toHaveLength(256);
    await expect(database.query('SELECT $1::int AS value, 299', [7])).resolves.toMatchObject([{ value: 7 }]);
  });

  it('answer after their tables have got other columns', async () => {
    await database.query('CREATE TABLE things (id int)');
    await database.query('INSERT INTO things VALUES ($1)', [1]);
    const ask = () => database.query('SELECT * FROM things WHERE id = $1', [1]);
    await expect(ask()).resolves.toEqual([{ id: 1 }]);
    await database.query("ALTER TABLE things ADD name text DEFAULT 'new'");
    await expect(ask()).resolves.toEqual([{ id: 1, name: 'new' }]);
    await expect(ask()).resolves.toEqual([{ id: 1, name: 'new' }]);
  });

  it('answer after the server has forgotten them', async () => {
    const ask = () => database.query('SELECT $1::int AS value', [1]);
    await ask();
    await database.query('DEALLOCATE ALL');
    await expect(ask()).resolves.toEqual([{ value: 1 }]);
    await expect(ask()).resolves.toEqual([{ value: 1 }]);
  });

  it('cost a transaction no more than one attempt when the server has forgotten them', async () => {
    const ask = () => database.transaction((connection) => connection.query('SELECT $1::int AS value', [1]));
    await ask();
    await database.query('DEALLOCATE ALL');
    await expect(ask()).rejects.toMatchObject({ kind: 'outage', sqlState: '26000' });
    await expect(ask()).resolves.toEqual([{ value: 1 }]);
  });

  it('are not sent twice where they fail by themselves', async () => {
    await database.query('CREATE SEQUENCE runs');
    await database.query(`CREATE FUNCTION refuse(int) RETURNS int LANGUAGE plpgsql AS $$
      BEGIN PERFORM nextval('runs'); RAISE feature_not_supported; END $$`);
    await expect(database.query('SELECT refuse($1)', [1])).rejects.toMatchObject({ sqlState: '0A000' });
    await expect(database.query('SELECT refuse(1)')).rejects.toMatchObject({ sqlState: '0A000' });
    await expect(database.query('SELECT last_value FROM runs')).resolves.toEqual([{ last_value: 2 }]);
  });

  it('are tried again after one could not be parsed', async () => {
    const ask = () => database.query('SELECT count(*) AS count FROM later WHERE id = $1', [1]);
    await expect(ask()).rejects.toMatchObject({ sqlState: '42P01' });
    await database.query('CREATE TABLE later (id int)');
    await expect(ask()).resolves.toEqual([{ count: 0 }]);
  });

  it('keep their connection when one is refused for its values', async () => {
    const divide = (by: number) => database.query('SELECT 1 / $1::int AS quotient', [by]);
    await divide(1);
    const before = await pid();
    await expect(divide(0)).rejects.toMatchObject({ kind: 'data' });
    expect(await pid()).toBe(before);
  });

  it('are planned anew for a table that has grown', async () => {
    await database.close();
    database = open(0);
    await database.query('CREATE TABLE grown (id int PRIMARY KEY) WITH (autovacuum_enabled = off)');
    await database.query('INSERT INTO grown SELECT generate_series(1, 10)');
    await database.query('ANALYZE grown');
    const ask = () => database.query('SELECT id FROM grown WHERE id = $1', [1]);
    for (let times = 0; times <= CUSTOM_PLANS; times += 1) await ask();
    await database.query('INSERT INTO grown SELECT generate_series(11, 100000)');
    await ask();
    const [{ name } = { name: '' }] = await database.query<{ name: string }>("SELECT name FROM pg_prepared_statements WHERE statement LIKE '%FROM grown%'");
    const plan = await database.query(`EXPLAIN EXECUTE ${name}(1)`);
    expect(JSON.stringify(plan)).toContain('Index Only Scan');
  });
});
