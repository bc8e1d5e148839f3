import { Client } from 'pg';
import { FIRST_DATABASE } from './first-database';
import { MigrationError } from './migration-error';
import { isNoFaultOfStatement, messageOf, migrationRefusal } from './migration-refusal';
import { verifySchema } from './schema-verification';
import { MIGRATIONS_FOLDER, readMigrations, type Migration, type MigrationScope } from './migration-files';

/** What to bring up to date, and with what. */
export interface MigrateOptions {
  /** Of the directory: one host, its primary. */
  readonly url: string;
  /** Databases that hold shards, by name, one host each; without any, the directory's holds all. On installation the partitions are dealt out among them. */
  readonly shardUrls?: Readonly<Record<string, string>>;
  /** How many logical shards this process is configured for (P4). */
  readonly partitionCount: number;
  /** A folder with `directory/` and `shard/`; this build's own unless given. */
  readonly folder?: string;
}

/** What a run did. */
export interface MigrateResult {
  /** `scope/name` of each migration applied by this run, in order. */
  readonly applied: readonly string[];
  /** The same of those that a newer release has applied, and that this one runs with. */
  readonly newer: readonly string[];
  /** Shard databases of an existing installation that could not be reached, each with why; nothing was done there. */
  readonly away: ReadonlyMap<string, MigrationError>;
}

// Any number will do, as long as every release uses the same.
const LOCK = 7_204_511_973;

const BOOKKEEPING = `
  create table if not exists schema_migrations (
    scope text not null,
    version integer not null,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now(),
    primary key (scope, version)
  );
  alter table schema_migrations add column if not exists compatible_from integer`;

/**
 * Brings the schemas up to date: the directory's migrations, the installation's fixed facts, then each shard database's, every migration in a
 * transaction of its own. Several processes may run it at once: each step is taken by one of them. Safe to repeat.
 * @throws MigrationError when the directory's database is away, or any before the first installation, a migration fails, was changed after it was applied, is unknown to this build and doesn't let it run, the partition count differs, or the
 * shard map names a database that isn't configured.
 */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const folder = options.folder ?? MIGRATIONS_FOLDER;
  const shardUrls = { [FIRST_DATABASE]: options.url, ...options.shardUrls };
  const { applied, newer, isInstalled } = await connected(options.url, async (client) => {
    const directory = await apply(client, 'directory', readMigrations(folder, 'directory'));
    return { ...directory, isInstalled: await locked(client, () => requireSameInstallation(client, options.partitionCount, Object.keys(shardUrls))) };
  });
  const away = new Map<string, MigrationError>();
  for (const [name, url] of Object.entries(shardUrls)) {
    try {
      const shard = await connected(url, (client) => apply(client, 'shard', readMigrations(folder, 'shard')), name);
      applied.push(...shard.applied);
      newer.push(...shard.newer);
    } catch (error) {
      if (!(isInstalled && name !== FIRST_DATABASE && error instanceof MigrationError && error.reason === 'away')) throw error;
      away.set(name, error);
    }
  }
  if (!isInstalled) await connected(options.url, (client) => locked(client, () => install(client, options, shardUrls)));
  return { applied, newer: [...new Set(newer)], away };
}

/** Does the work on a connection of its own. @throws MigrationError, whatever failed. */
export async function connected<Result>(url: string, work: (client: Client) => Promise<Result>, name = FIRST_DATABASE): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: 'agent-chat-migrator', connectionTimeoutMillis: 10_000 });
  // A connection that dies rejects the statement under way; without a listener it would also end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw migrationRefusal(error, name);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function apply(client: Client, scope: MigrationScope, migrations: readonly Migration[]): Promise<{ applied: string[]; newer: string[] }> {
  await locked(client, () => keepBooks(client));
  const newer = await locked(client, () => verifySchema(client, scope, migrations));
  const applied: string[] = [];
  for (const migration of migrations) {
    if (await locked(client, () => applyOne(client, migration))) applied.push(`${scope}/${migration.name}`);
  }
  return { applied, newer };
}

/** Only where it is missing: a user who may not create tables may start a release whose migrations somebody else has applied. */
async function keepBooks(client: Client): Promise<void> {
  const { rows } = await client.query("select 1 from pg_attribute where attrelid = to_regclass('schema_migrations') and attname = 'compatible_from'");
  if (rows.length === 0) await client.query(BOOKKEEPING);
}

/** Whether this call applied it. Asked under the lock: another process may just have done so. */
async function applyOne(client: Client, { scope, version, name, sql, checksum, compatibleFrom }: Migration): Promise<boolean> {
  const known = await client.query('select 1 from schema_migrations where scope = $1 and version = $2', [scope, version]);
  if (known.rows.length > 0) return false;
  try {
    await client.query(sql);
  } catch (error) {
    if (isNoFaultOfStatement(error)) throw error;
    throw new MigrationError(`The migration ${scope}/${name} failed and left nothing behind: ${messageOf(error)}`, error);
  }
  await client.query('insert into schema_migrations (scope, version, name, checksum, compatible_from) values ($1, $2, $3, $4, $5)', [
    scope,
    version,
    name,
    checksum,
    compatibleFrom,
  ]);
  return true;
}

/**
 * The partition count never changes (P4), and every database of the shard map must be given. Nothing is refused before the first installation.
 * Resolves with whether there is one.
 */
async function requireSameInstallation(client: Client, partitionCount: number, names: readonly string[]): Promise<boolean> {
  const { rows } = await client.query<{ partition_count: number }>('select partition_count from installation');
  const installed = rows[0]?.partition_count;
  if (installed !== undefined && installed !== partitionCount) {
    throw new MigrationError(
      `This database was installed with ${installed} partitions, but PARTITIONS is ${partitionCount}: set PARTITIONS=${installed} (the number is fixed at installation).`,
    );
  }
  const unknown = await client.query<{ database: string }>('select distinct database from shard_map where database <> all($1) order by 1', [names]);
  if (unknown.rows.length === 0) return installed !== undefined;
  const missing = unknown.rows.map(({ database }) => database).join(', ');
  throw new MigrationError(`The shard map places partitions on ${missing}, which is not configured: add it to SHARD_DATABASES.`);
}

/**
 * On the first run: deals the partitions out, gives each its row in its database, and writes the map last. From then on a partition without a row
 * is in another database, and nobody begins it anew there.
 */
async function install(client: Client, options: MigrateOptions, urls: Readonly<Record<string, string>>): Promise<void> {
  const { rows } = await client.query('select 1 from installation');
  if (rows.length > 0) return;
  const chosen = Object.keys(options.shardUrls ?? {});
  const names = chosen.length === 0 ? [FIRST_DATABASE] : chosen;
  const all = Array.from({ length: options.partitionCount }, (_, partition) => partition);
  for (const [index, name] of names.entries()) {
    const own = all.filter((partition) => partition % names.length === index);
    const begin = 'insert into partition_progress (partition) select unnest($1::int[]) on conflict do nothing';
    await connected(urls[name] ?? options.url, (shard) => shard.query(begin, [own]), name);
  }
  await client.query('insert into installation (partition_count) values ($1)', [options.partitionCount]);
  await client.query('insert into shard_map (partition, database) select n, ($2::text[])[n % cardinality($2::text[]) + 1] from unnest($1::int[]) n', [
    all,
    names,
  ]);
}

/** Runs `work` in a transaction that holds the lock. The lock belongs to the transaction: a pooler may stand between, and a killed process keeps nothing. */
async function locked<Result>(client: Client, work: () => Promise<Result>): Promise<Result> {
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
