import { Database } from '@agent-chat/database';
import { createEmptyDatabase } from '@agent-chat/database/testing';
import { type Projection } from '@agent-chat/messaging';
import { ModulesContainer } from '@nestjs/core';
import { MOVED_TABLES, PARTITION_TABLES } from '../../../apps/chat/src/infrastructure/move/moved-tables';
import { startWholeApp, type WholeApp } from '../../support/whole-app';

/** What a database has for itself. A table that is neither here nor among those that move stops this suite: say which it is. */
const STAYING: Readonly<Record<string, string>> = {
  schema_migrations: 'the schema of this database',
  shard_copies: 'who may write here for a move',
  shard_changes: 'notes of a move',
};

describe('what moves with a shard', () => {
  let servers: Awaited<ReturnType<typeof createEmptyDatabase>>[];
  let app: WholeApp;
  let database: Database;

  beforeAll(async () => {
    servers = await Promise.all([createEmptyDatabase(), createEmptyDatabase()]);
    const [directory, shard] = servers;
    app = await startWholeApp('shard-tables', { DATABASE_URL: directory!.url, SHARD_DATABASES: JSON.stringify({ a: { url: shard!.url } }) });
    database = app.app.get(Database);
  });
  afterAll(async () => {
    await app.close();
    await Promise.all(servers.map((server) => server.drop()));
  });

  const query = <Row extends Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<Row[]> =>
    database.named('a').query<Row>(sql, parameters);
  const moving = [...MOVED_TABLES, ...PARTITION_TABLES].map(({ name }) => name);

  it('is every table of a shard, or it is said to stay', async () => {
    const tables = await query<{ table_name: string }>(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
         AND NOT EXISTS (SELECT 1 FROM pg_inherits WHERE inhrelid = format('%I.%I', table_schema, table_name)::regclass)`,
    );
    expect(tables.map(({ table_name }) => table_name).sort()).toEqual([...moving, ...Object.keys(STAYING)].sort());
  });

  it('is in no other schema, sequence or large object', async () => {
    expect(await query(`SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')`)).toEqual([]);
    // The notes are numbered here, and go nowhere.
    expect(await query(`SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'`)).toEqual([{ sequencename: 'shard_changes_id_seq' }]);
    expect(await query('SELECT oid FROM pg_largeobject_metadata')).toEqual([]);
  });

  it.each([...MOVED_TABLES, ...PARTITION_TABLES])('names a row of $name by columns of which no two rows have the same', async ({ name, key }) => {
    const unique = await query<{ columns: string[] }>(
      `SELECT array_agg(a.attname::text) AS columns FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
         WHERE i.indrelid = $1::regclass AND i.indisunique GROUP BY i.indexrelid`,
      [name],
    );
    expect(unique.map(({ columns }) => [...columns].sort().join())).toContain([...key].sort().join());
  });

  it('is noted when it is written, table by table', async () => {
    const triggers = await query<{ name: string; event: string; arguments: string }>(
      `SELECT tgrelid::regclass::text AS name, replace(tgname, 'shard_changes_', '') AS event, encode(tgargs, 'escape') AS arguments
         FROM pg_trigger WHERE tgname LIKE 'shard_changes_%' AND tgenabled = 'D'`,
    );
    const found = triggers.map(({ name, event, arguments: columns }) => `${event} ${name} (${columns.split('\\000').filter(Boolean).join(', ')})`);
    const expected = MOVED_TABLES.flatMap(({ name, key }) => ['insert', 'update', 'delete'].map((event) => `${event} ${name} (${key.join(', ')})`));
    expect(found.sort()).toEqual(expected.sort());
  });

  it('takes along the positions and dead letters of the projections that write into shards, and of no others', () => {
    const providers = [...app.app.get(ModulesContainer).values()].flatMap((module) => [...module.providers.values()].map(({ instance }): unknown => instance));
    const projections = providers.filter(isProjection);
    expect(projections.map(({ group }) => group)).toContain('directory');
    const inShards = projections.filter((projection) => projection.database(0) === database.shard(0)).map(({ group }) => group);
    for (const { name, ofRooms } of PARTITION_TABLES.filter(({ key }) => key.includes('consumer'))) {
      const taken = [...ofRooms.matchAll(/t\.consumer = '(\w+)'/g)].map(([, group]) => group);
      expect({ name, taken }).toEqual({ name, taken: inShards });
    }
  });
});

function isProjection(provider: unknown): provider is Projection {
  return typeof provider === 'object' && provider !== null && 'group' in provider && 'database' in provider && 'apply' in provider;
}
