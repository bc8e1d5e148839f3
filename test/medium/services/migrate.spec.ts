import { createEmptyDatabase } from '@agent-chat/database/testing';
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { Client } from 'pg';

const ROOT = resolve(__dirname, '../../..');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function migrate(settings: Record<string, string>): Promise<Ended> {
  const args = [join(ROOT, 'scripts/toolchain/run-typescript.mjs'), join(ROOT, 'apps/migrate/src/main.ts')];
  const env = { PATH: process.env['PATH'], ...settings };
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: ROOT, env, timeout: 25_000 }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

async function tablesOf(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(`select table_name as name from information_schema.tables where table_schema = 'public'`);
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

describe('the step that migrates', () => {
  type Server = Awaited<ReturnType<typeof createEmptyDatabase>>;
  let directory: Server;
  let shard: Server;
  let settings: Record<string, string>;

  beforeEach(async () => {
    [directory, shard] = await Promise.all([createEmptyDatabase(), createEmptyDatabase()]);
    settings = { DATABASE_URL: directory.url, SHARD_DATABASES: JSON.stringify({ a: { url: shard.url } }), PARTITIONS: '8' };
  });
  afterEach(async () => {
    await directory.drop();
    await shard.drop();
  });

  it('brings every database up to date, says which migrations it applied, and ends; the second time there is nothing to apply', async () => {
    const first = await migrate(settings);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^Applied the migrations directory\/.*shard\/.*\nThe schemas are up to date\.\n$/s);
    expect(await tablesOf(directory.url)).toContain('shard_map');
    expect(await tablesOf(shard.url)).toContain('room_events');

    expect(await migrate(settings)).toEqual({ code: 0, stdout: 'The schemas are up to date.\n', stderr: '' });
  });

  it('fails with one message where the installation is another', async () => {
    await migrate(settings);
    const { code, stderr } = await migrate({ ...settings, PARTITIONS: '16' });
    expect(code).toBe(1);
    expect(stderr).toBe('This database was installed with 8 partitions, but PARTITIONS is 16: set PARTITIONS=8 (the number is fixed at installation).\n');
  });

  it.each([
    ['without a database', {}, 'DATABASE_URL must be given'],
    ['with one that is away', { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, 'Postgres cannot be reached'],
  ])('fails with one message %s', async (_, wrong, message) => {
    const { code, stdout, stderr } = await migrate(wrong);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });
});
