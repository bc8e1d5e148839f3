import { MigrationError } from '@agent-chat/database';
import { openPostgresDatabase, type PostgresDatabase } from '@agent-chat/database/adapters/postgres';
import { createEmptyDatabase } from '@agent-chat/database/testing';

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

  async function open(shards = shardUrls): Promise<PostgresDatabase> {
    const database = await openPostgresDatabase({ url: servers[0].url, shardUrls: shards, partitionCount: 8, log: () => undefined });
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
});
