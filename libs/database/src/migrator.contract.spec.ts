import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresDatabase } from './adapters/postgres';
import type { PhysicalDatabase } from './database.port';
import { MIGRATIONS_FOLDER, readMigrations } from './migration-files';
import { migrate, type MigrateResult } from './migrator';
import { createEmptyDatabase } from './testing';

const INSTALLATION =
  'create table installation (only_row boolean primary key default true, partition_count integer not null); create table shard_map (partition integer, database text); create table partition_progress (partition integer primary key);';

const NONE = new Map();

describe('migrate', () => {
  let folder: string;
  let server: Awaited<ReturnType<typeof createEmptyDatabase>>;
  let database: PostgresDatabase;
  let main: PhysicalDatabase;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'migrations-'));
    mkdirSync(join(folder, 'directory'));
    mkdirSync(join(folder, 'shard'));
    write('directory/0001_installation.sql', INSTALLATION);
    server = await createEmptyDatabase();
    database = new PostgresDatabase({ url: server.url, partitionCount: 64 });
    main = database.directory();
  });
  afterEach(async () => {
    await database.close();
    await server.drop();
    rmSync(folder, { recursive: true });
  });

  function write(path: string, sql: string): void {
    writeFileSync(join(folder, path), sql);
  }

  function run(partitionCount = 64): Promise<MigrateResult> {
    return migrate({ url: server.url, partitionCount, folder });
  }

  it('applies what is new in the order of the numbers, each kind with numbers of its own', async () => {
    write('shard/0002_more.sql', 'alter table a add column c integer');
    write('shard/0001_first.sql', 'create table a (b integer); insert into a select count(*) from installation');
    expect(await run()).toEqual({ applied: ['directory/0001_installation', 'shard/0001_first', 'shard/0002_more'], newer: [], away: NONE });
    expect(await main.query('select b, c from a')).toEqual([{ b: 0, c: null }]);
    expect(await main.query('select database, count(*) as partitions from shard_map join partition_progress using (partition) group by 1')).toEqual([
      { database: 'main', partitions: 64 },
    ]);
    expect(await run()).toEqual({ applied: [], newer: [], away: NONE });
    write('shard/0003_later.sql', 'drop table a');
    expect(await run()).toEqual({ applied: ['shard/0003_later'], newer: [], away: NONE });
  });

  it('applies each step once when several processes start together', async () => {
    write('shard/0001_first.sql', 'create table a (b integer)');
    write('shard/0002_more.sql', 'insert into a values (1)');
    const results = await Promise.all([run(), run(), run(), run()]);
    expect(results.flatMap((result) => result.applied).sort()).toEqual(['directory/0001_installation', 'shard/0001_first', 'shard/0002_more']);
    expect(await main.query('select b from a')).toEqual([{ b: 1 }]);
  });

  it('leaves nothing of a migration that fails, and keeps those before it', async () => {
    write('shard/0001_first.sql', 'create table a (b integer)');
    write('shard/0002_broken.sql', 'insert into a values (1); select 1 / 0');
    await expect(run()).rejects.toThrow('The migration shard/0002_broken failed and left nothing behind: division by zero');
    expect(await main.query('select b from a')).toEqual([]);
    write('shard/0002_broken.sql', 'insert into a values (2)');
    expect(await run()).toEqual({ applied: ['shard/0002_broken'], newer: [], away: NONE });
  });

  it('refuses a migration that was changed after it was applied', async () => {
    await run();
    write('directory/0001_installation.sql', `${INSTALLATION} -- changed`);
    await expect(run()).rejects.toThrow('directory/0001_installation was changed after it was applied');
  });

  it('takes a checkout with CRLF for the same', async () => {
    write('shard/0001_first.sql', 'create table a (\nb integer);\n');
    await run();
    write('shard/0001_first.sql', 'create table a (\r\nb integer);\r\n');
    expect(await run()).toEqual({ applied: [], newer: [], away: NONE });
  });

  it('refuses a migration of a newer release that says nothing about older ones', async () => {
    write('shard/0001_first.sql', 'create table a (b integer)');
    await run();
    rmSync(join(folder, 'shard/0001_first.sql'));
    await expect(run()).rejects.toThrow("shard/0001_first, which this release doesn't know");
  });

  describe('beside a newer release', () => {
    const releases = {
      'shard/0001_first.sql': 'create table a (b integer)',
      'shard/0002_more.sql': '-- Something new.\n-- compatible-from: 0001\nalter table a add column c integer',
      'shard/0003_less.sql': '-- compatible-from: 0002\nalter table a drop column b',
    };
    const files = Object.entries(releases);
    /** The first so many migrations of shards are this release's. */
    const release = (count: number): void => {
      for (const [path] of files) rmSync(join(folder, path), { force: true });
      for (const [path, sql] of files.slice(0, count)) write(path, sql);
    };

    it('runs on a schema that it only added to', async () => {
      for (const count of [1, 2]) {
        release(count);
        await run();
      }
      release(1);
      expect(await run()).toEqual({ applied: [], newer: ['shard/0002_more'], away: NONE });
    });

    it('refuses one from which it removed what this release needs, by a message that says which release it takes', async () => {
      release(3);
      await run();
      release(2);
      expect(await run()).toEqual({ applied: [], newer: ['shard/0003_less'], away: NONE });
      release(1);
      await expect(run()).rejects.toThrow(
        "The database has the migration shard/0003_less, which this release doesn't know: it takes a release with the shard migration 0002, and this one ends with 0001. Start that release or a newer one.",
      );
    });

    it('refuses what another line of releases put between its own migrations', async () => {
      release(3);
      await run();
      rmSync(join(folder, 'shard/0002_more.sql'));
      await expect(run()).rejects.toThrow("shard/0002_more, which this release doesn't know, though it knows later ones");
    });

    it('takes what an earlier migrator noted, which knew of no older releases, for a schema of that release alone', async () => {
      release(2);
      await run();
      await main.query('alter table schema_migrations drop column compatible_from');
      release(1);
      await expect(run()).rejects.toThrow("shard/0002_more, which this release doesn't know");
    });
  });

  it('writes the partition count on installation and refuses another from then on (P4)', async () => {
    await run(16);
    expect(await main.query('select count(*) as shards, max(partition) as last from shard_map')).toEqual([{ shards: 16, last: 15 }]);
    await expect(run(64)).rejects.toThrow('installed with 16 partitions, but PARTITIONS is 64: set PARTITIONS=16');
    expect(await run(16)).toEqual({ applied: [], newer: [], away: NONE });
  });

  it.each([
    ['shard/first.sql', 'must be named like 0001_name.sql'],
    ['directory/0001_again.sql', 'Two directory migrations have the number 1'],
  ])('refuses %s before touching the schema', async (path, message) => {
    write(path, 'create table a (b integer)');
    await expect(run()).rejects.toThrow(message);
    expect(await main.query("select to_regclass('a') as found")).toEqual([{ found: null }]);
  });

  it.each(['0002', '0000', '1', 'yesterday'])('refuses a migration that says "compatible-from: %s" where that is no earlier one', async (said) => {
    write('shard/0002_more.sql', `-- compatible-from: ${said}\ncreate table a (b integer)`);
    await expect(run()).rejects.toThrow(`shard/0002_more.sql says "compatible-from: ${said}": it must be the number of an earlier migration`);
  });

  it('says when there is no database to migrate', async () => {
    const url = new URL(server.url);
    url.pathname = '/nowhere';
    await expect(migrate({ url: url.href, partitionCount: 64, folder })).rejects.toThrow('database "nowhere" does not exist');
  });

  it.each(['directory', 'shard'] as const)('lets older releases run only on what removes, renames and tightens nothing (%s)', (scope) => {
    const expanding = readMigrations(MIGRATIONS_FOLDER, scope).filter(({ version, compatibleFrom }) => compatibleFrom < version);
    const breaking = expanding.filter(({ sql }) =>
      /\b(drop|rename|truncate)\b|\bset\s+not\s+null\b|\balter\s+column\s+\w+\s+(set\s+data\s+)?type\b/i.test(sql),
    );
    expect(breaking.map(({ name }) => name)).toEqual([]);
  });

  it('brings the migrations of this build', async () => {
    const { applied } = await migrate({ url: server.url, partitionCount: 64, folder: MIGRATIONS_FOLDER });
    expect(applied).toContain('directory/0001_installation');
    expect(await main.query('select partition_count, installed_at is not null as dated from installation')).toEqual([{ partition_count: 64, dated: true }]);
  });
});
