import { MigrationError } from '@agent-chat/database';
import { type OpenPostgresOptions, openPostgresDatabase, type PostgresDatabase } from '@agent-chat/database/adapters/postgres';
import { createEmptyDatabase } from '@agent-chat/database/testing';
import { eventually } from '@agent-chat/testing';
import { askPostgres } from '../../support/ask-postgres';

type Server = Awaited<ReturnType<typeof createEmptyDatabase>>;

describe('an installation on several databases', () => {
  let servers: readonly [Server, Server, Server];
  let shardUrls: Record<string, string>;
  const opened: PostgresDatabase[] = [];

  beforeEach(async () => {
    servers = await Promise.all([createEmptyDatabase(), createEmptyDatabase(), createEmptyDatabase()]);
    shardUrls = { a: servers[1].url, b: servers[2].url };
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
    await Promise.all(servers.map((server) => server.drop()));
  });

  async function open(shards = shardUrls, options: Partial<OpenPostgresOptions> = {}): Promise<PostgresDatabase> {
    const database = await openPostgresDatabase({ url: servers[0].url, shardUrls: shards, partitionCount: 8, log: () => undefined, ...options });
    opened.push(database);
    return database;
  }

  it('deals the partitions out among the shard databases, and keeps the directory apart', async () => {
    const database = await open();
    expect(Array.from({ length: 8 }, (_, partition) => database.shard(partition).name)).toEqual(['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b']);
    expect(database.shards().map(({ name }) => name)).toEqual(['a', 'b']);
    expect(database.writer(1).name).toBe('b');
    expect(database.directory().name).toBe('main');
    for (const shard of database.shards()) await expect(shard.query('SELECT count(*) AS rooms FROM rooms')).resolves.toEqual([{ rooms: 0 }]);
    await database.ping(2_000);
  });

  it('finds a partition where the shard map has put it meanwhile, after a reload', async () => {
    const [one, two] = [await open(), await open()];
    await one.directory().query(`UPDATE shard_map SET database = 'b' WHERE partition = 0`);
    expect(two.shard(0).name).toBe('a');
    await expect(two.reload()).resolves.toBe(true);
    expect(two.shard(0).name).toBe('b');
    await expect(two.reload()).resolves.toBe(false);
  });

  it('refuses to start without a database that the shard map names, and says which', async () => {
    await open();
    const { a } = shardUrls;
    await expect(open({ a: a ?? '' })).rejects.toThrow(
      new MigrationError('The shard map places partitions on b, which is not configured: add it to SHARD_DATABASES.'),
    );
  });

  it('may be given further databases later, which hold nothing until a partition is moved there', async () => {
    await open({ a: shardUrls['a'] ?? '' });
    const database = await open();
    expect(database.shards().map(({ name }) => name)).toEqual(['a']);
    await database.directory().query(`UPDATE shard_map SET database = 'b' WHERE partition = 3`);
    await database.reload();
    expect(database.shard(3).name).toBe('b');
    await expect(database.shard(3).query('SELECT count(*) AS rooms FROM rooms')).resolves.toEqual([{ rooms: 0 }]);
  });

  describe('of which one is away at the start', () => {
    const COUNT = 'SELECT count(*) AS rooms FROM rooms';
    const refused = jest.fn<undefined, [MigrationError]>();

    beforeEach(() => refused.mockReset());

    async function install(): Promise<void> {
      const database = await openPostgresDatabase({ url: servers[0].url, shardUrls, partitionCount: 8, log: () => undefined });
      await database.close();
    }

    /** Whether the server lets anybody into the database of b. */
    async function allow(isAllowed: boolean): Promise<void> {
      const name = new URL(servers[2].url).pathname.slice(1);
      await askPostgres(servers[0].url, `ALTER DATABASE "${name}" ALLOW_CONNECTIONS ${String(isAllowed)}`);
    }

    it('goes on with the others, refuses the rooms of that one, and has them once it is there', async () => {
      await install();
      await allow(false);
      const said: string[] = [];
      const database = await open(shardUrls, { onRefused: refused, log: (line) => said.push(line) });

      await expect(database.shard(0).query(COUNT)).resolves.toEqual([{ rooms: 0 }]);
      for (const place of [database.shard(1), database.writer(1), database.named('b')])
        await expect(place.query(COUNT)).rejects.toMatchObject({ kind: 'outage' });
      await expect(database.ping(2_000)).rejects.toThrow('b has been away since this process started.');
      expect(said).toEqual([
        expect.stringMatching(/^Going on without b, whose rooms are refused until it is there\. The schema of b could not be brought up to date: .*/),
      ]);

      await allow(true);
      await eventually(async () => expect(await database.shard(1).query(COUNT)).toEqual([{ rooms: 0 }]), { timeoutMs: 15_000 });
      expect(said.at(-1)).toBe('b came, and is in use.');
      expect(refused).not.toHaveBeenCalled();
    });

    it('says why it is still refused when it is back and can not be used yet', async () => {
      await install();
      await allow(false);
      const said: string[] = [];
      const database = await open(shardUrls, { onRefused: refused, log: (line) => said.push(line) });
      const name = new URL(servers[0].url).pathname.slice(1);
      await askPostgres(servers[1].url, `ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`);
      await eventually(() => expect(said.at(-1)).toMatch(/^Still without b: .*/), { timeoutMs: 15_000 });
      await askPostgres(servers[1].url, `ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
      await allow(true);
      await eventually(async () => expect(await database.shard(1).query(COUNT)).toEqual([{ rooms: 0 }]), { timeoutMs: 15_000 });
      expect(said.filter((line) => line.startsWith('Still'))).toHaveLength(1);
    });

    it('tells when it comes and disagrees with the shard map, and never lets anybody to it', async () => {
      await install();
      await askPostgres(servers[2].url, 'INSERT INTO partition_progress (partition) VALUES (0)');
      await allow(false);
      const database = await open(shardUrls, { onRefused: refused });
      await allow(true);
      await eventually(() => expect(refused).toHaveBeenCalledTimes(1), { timeoutMs: 15_000 });
      expect(refused.mock.calls[0]?.[0].message).toContain('partition 0 is active in a and b');
      await expect(database.shard(1).query(COUNT)).rejects.toMatchObject({ kind: 'outage' });
    });

    it('refuses where nobody would be told, and to install', async () => {
      await allow(false);
      await expect(open(shardUrls, { onRefused: refused })).rejects.toMatchObject({ name: 'MigrationError', mayPass: true });
      await allow(true);
      await install();
      await allow(false);
      await expect(open()).rejects.toMatchObject({ name: 'MigrationError', mayPass: true });
      await allow(true);
    });
  });
});
