import { createHash, randomBytes } from 'node:crypto';
import { DEFAULT_PARTITION_COUNT } from '@agent-chat/kernel';
import { Client } from 'pg';
import { PostgresDatabase } from '../adapters/postgres';
import { MIGRATIONS_FOLDER, readMigrations } from '../migration-files';
import { migrate } from '../migrator';

/** A database of a test's own, with the whole schema and nothing in it. */
export interface TestDatabase {
  readonly database: PostgresDatabase;
  readonly url: string;
  /** Closes the connections, other people's too, and removes the database. Safe to call twice. */
  drop(): Promise<void>;
}

const TEMPLATE_LOCK = 7_204_511_974;
const POOL_SIZE = 8;

/** Makes a fresh database on the run's Postgres. `name` shows in the server's list of databases, for whoever looks at a hanging test. */
export async function createTestDatabase(name = 'test'): Promise<TestDatabase> {
  const server = testServerUrl();
  const template = await ensureTemplate(server);
  const fresh = `${name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 40)}_${randomBytes(6).toString('hex')}`;
  await withAdmin(server, (client) => client.query(`create database ${fresh} template ${template}`));
  const url = urlOf(server, fresh);
  const database = new PostgresDatabase({ url, partitionCount: DEFAULT_PARTITION_COUNT, poolSize: POOL_SIZE });
  const drop = async (): Promise<void> => {
    await database.close();
    await withAdmin(server, (client) => client.query(`drop database if exists ${fresh} with (force)`));
  };
  return { database, url, drop };
}

/** A database with no schema at all, for tests of migrations. */
export async function createEmptyDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const server = testServerUrl();
  const fresh = `empty_${randomBytes(6).toString('hex')}`;
  await withAdmin(server, (client) => client.query(`create database ${fresh} template template0`));
  return {
    url: urlOf(server, fresh),
    drop: async () => {
      await withAdmin(server, (client) => client.query(`drop database if exists ${fresh} with (force)`));
    },
  };
}

/** The Postgres that Jest's global setup started. A suite without one fails; it is never skipped. */
export function testServerUrl(): string {
  const url = process.env['TEST_POSTGRES_URL'];
  if (url === undefined)
    throw new Error('TEST_POSTGRES_URL is not set: name the spec *.contract.spec.ts or *.medium.spec.ts, so that its project starts Postgres.');
  return url;
}

// Copying a migrated database is many times faster than migrating each; Jest's workers agree on it by the migrations' digest.
async function ensureTemplate(server: string): Promise<string> {
  const migrations = [...readMigrations(MIGRATIONS_FOLDER, 'directory'), ...readMigrations(MIGRATIONS_FOLDER, 'shard')];
  const digest = createHash('sha256')
    .update(migrations.map((migration) => migration.checksum).join())
    .digest('hex');
  const template = `template_${digest.slice(0, 16)}`;
  await withAdmin(server, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rows } = await client.query('select 1 from pg_database where datname = $1', [template]);
    if (rows.length > 0) return;
    // Under its final name only once it is complete.
    const draft = `draft_${randomBytes(6).toString('hex')}`;
    await client.query(`create database ${draft} template template0`);
    await migrate({ url: urlOf(server, draft), partitionCount: DEFAULT_PARTITION_COUNT });
    await client.query(`alter database ${draft} rename to ${template}`);
  });
  return template;
}

async function withAdmin(server: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
