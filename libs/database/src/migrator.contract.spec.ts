import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresDatabase } from './adapters/postgres';
import type { PhysicalDatabase } from './database.port';
import { MIGRATIONS_FOLDER } from './migration-files';
import { migrate, type MigrateResult } from './migrator';
import { createEmptyDatabase } from './testing';

const INSTALLATION =
  'create table installation (only_row boolean primary key default true, partition_count integer not null); create table shard_map (partition integer, database text); create table partition_progress (partition integer primary key);';

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
    expect(await run()).toEqual({ applied: ['directory/0001_installation', 'shard/0001_first', 'shard/0002_more'] });
    expect(await main.query('select b, c from a')).toEqual([{ b: 0, c: null }]);
    expect(await main.query('select database, count(*) as partitions from shard_map join partition_progress using (partition) group by 1')).toEqual([
      { database: 'main', partitions: 64 },
    ]);
    expect(await run()).toEqual({ applied: [] });
    write('shard/0003_later.sql', 'drop table a');
    expect(await run()).toEqual({ applied: ['shard/0003_later'] });
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
    expect(await run()).toEqual({ applied: ['shard/0002_broken'] });
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
    expect(await run()).toEqual({ applied: [] });
  });

  it('refuses a schema that is newer than this release', async () => {
    write('shard/0001_first.sql', 'create table a (b integer)');
    await run();
    rmSync(join(folder, 'shard/0001_first.sql'));
    await expect(run()).rejects.toThrow("shard/0001_first, which this release doesn't know");
  });

  it('writes the partition count on installation and refuses another from then on (P4)', async () => {
    await run(16);
    expect(await main.query('select count(*) as shards, max(partition) as last from shard_map')).toEqual([{ shards: 16, last: 15 }]);
    await expect(run(64)).rejects.toThrow('installed with 16 partitions, but PARTITIONS is 64: set PARTITIONS=16');
    expect(await run(16)).toEqual({ applied: [] });
  });

  it.each([
    ['shard/first.sql', 'must be named like 0001_name.sql'],
    ['directory/0001_again.sql', 'Two directory migrations have the number 1'],
  ])('refuses %s before touching the schema', async (path, message) => {
    write(path, 'create table a (b integer)');
    await expect(run()).rejects.toThrow(message);
    expect(await main.query("select to_regclass('a') as found")).toEqual([{ found: null }]);
  });

  it('says when there is no database to migrate', async () => {
    const url = new URL(server.url);
    url.pathname = '/nowhere';
    await expect(migrate({ url: url.href, partitionCount: 64, folder })).rejects.toThrow('database "nowhere" does not exist');
  });

  it('brings the migrations of this build', async () => {
    const { applied } = await migrate({ url: server.url, partitionCount: 64, folder: MIGRATIONS_FOLDER });
    expect(applied).toContain('directory/0001_installation');
    expect(await main.query('select partition_count, installed_at is not null as dated from installation')).toEqual([{ partition_count: 64, dated: true }]);
  });
});
