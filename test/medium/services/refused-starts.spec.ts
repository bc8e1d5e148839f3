import { createEmptyDatabase } from '@agent-chat/database/testing';
import { openPostgresDatabase } from '@agent-chat/database/adapters/postgres';
import { KafkaEventLog } from '@agent-chat/event-log/adapters/kafka';
import { RedisConnection } from '@agent-chat/redis';
import { redisSettingsFor } from '@agent-chat/redis/testing';
import { startTestServers, type TestServers } from '@agent-chat/testing';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Client } from 'pg';
import { AppProcess } from '../../support/app-process';

const PARTITIONS = 8;
const BASE = {
  PROFILE: 'cluster',
  PARTITIONS: String(PARTITIONS),
  KAFKA_REPLICATION_FACTOR: '1',
  PUBLIC_URL: 'http://chat.example.com',
  INTERNAL_SECRET: 's'.repeat(32),
};

type Empty = Awaited<ReturnType<typeof createEmptyDatabase>>;
type Env = Readonly<Record<string, string>>;

async function sql(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

function withPassword(url: string, password: string): string {
  const changed = new URL(url);
  changed.password = password;
  return changed.href;
}

/** With as many partitions as the installation has. */
async function makeTopics({
  KAFKA_BROKERS: brokers = '',
  KAFKA_TLS_CA: ca = '',
  KAFKA_USERNAME: username = '',
  KAFKA_PASSWORD: password = '',
}: Env): Promise<void> {
  const connection = { brokers: brokers.split(','), tls: { ca }, sasl: { mechanism: 'scram-sha-512' as const, username, password }, clientId: 'test' };
  const topics = [{ topic: 'chat.commands.v1', retentionMs: 3_600_000, segmentMs: 3_600_000 }];
  await (await KafkaEventLog.open({ connection, partitionCount: PARTITIONS, replicationFactor: 1, topics })).close();
}

jest.setTimeout(120_000);

describe('a process that can never work as it is set up', () => {
  let kafka: TestServers;
  let redis: TestServers;
  let strict: TestServers;
  let directory: Empty;
  let shards: readonly [Empty, Empty];
  let env: Env;

  beforeAll(async () => {
    [kafka, redis, strict] = await Promise.all([startTestServers('kafka', { secured: true }), startTestServers('redis'), startTestServers('postgres')]);
    await makeTopics(kafka.settings);
    // From now on both want the password.
    const connection = await RedisConnection.open(redisSettingsFor(redis.settings));
    await connection.run((client) => client.config('SET', 'requirepass', 'right'));
    connection.close();
    await sql(
      String(strict.settings['DATABASE_URL']),
      `ALTER ROLE postgres PASSWORD 'right'`,
      `DO $$ BEGIN EXECUTE format('COPY (SELECT %L) TO %L', 'host all all 127.0.0.1/32 scram-sha-256', current_setting('hba_file')); END $$`,
      `SELECT pg_reload_conf()`,
    );
  });
  afterAll(() => Promise.all([kafka, redis, strict].map((servers) => servers.stop())));

  beforeEach(async () => {
    [directory, ...shards] = await Promise.all([createEmptyDatabase(), createEmptyDatabase(), createEmptyDatabase()]);
    const databases = { DATABASE_URL: directory.url, SHARD_DATABASES: JSON.stringify({ a: { url: shards[0].url }, b: { url: shards[1].url } }) };
    env = { ...BASE, ...kafka.settings, REDIS_URL: withPassword(String(redis.settings['REDIS_URL']), 'right'), ...databases };
  });
  afterEach(() => Promise.all([directory, ...shards].map((database) => database.drop())));

  /** The whole of what the process that ends with a failure says. */
  async function refusal(app: string, given: Env): Promise<string> {
    const { code, stderr } = await (await AppProcess.start(app, given)).ended;
    expect(code).toBe(1);
    return stderr;
  }

  async function install(): Promise<void> {
    const shardUrls = { a: shards[0].url, b: shards[1].url };
    await (await openPostgresDatabase({ url: directory.url, shardUrls, partitionCount: PARTITIONS, log: () => undefined })).close();
  }

  it.each<[string, string, () => Env, RegExp]>([
    ['without the secret', 'chat', () => ({ INTERNAL_SECRET: '' }), /^One setting is wrong:\n {2}- INTERNAL_SECRET must be given in a cluster: at least 32/],
    ['with a short secret', 'chat', () => ({ INTERNAL_SECRET: 'short' }), /^One setting is wrong:\n {2}- INTERNAL_SECRET must have at least 32 characters/],
    ['without a bucket', 'storage', () => ({}), /- S3_BUCKET must be given to the processes of storage and worker in a cluster/],
    ['alone in a standalone', 'presence', () => ({ PROFILE: 'standalone' }), /- PROFILE is standalone, .* \(npm start, or/],
    [
      'with a wrong password of Postgres',
      'analytics',
      () => ({ DATABASE_URL: withPassword(String(strict.settings['DATABASE_URL']), 'wrong') }),
      /^Postgres refuses the user or the password of DATABASE_URL \(/,
    ],
    [
      'with no such database',
      'chat',
      () => ({ DATABASE_URL: `${directory.url}_not` }),
      /^Postgres has no such database \(.*: create it, or correct DATABASE_URL\.$/m,
    ],
    [
      'with a wrong password of Redis',
      'presence',
      () => ({ REDIS_URL: withPassword(String(redis.settings['REDIS_URL']), 'wrong') }),
      /^Redis refuses the user or the password of REDIS_URL \(WRONGPASS/,
    ],
    [
      'without the password of Redis',
      'presence',
      () => ({ REDIS_URL: String(redis.settings['REDIS_URL']) }),
      /^Redis refuses the user or the password of REDIS_URL \(NOAUTH/,
    ],
    ['with a wrong password of Kafka', 'gateway', () => ({ KAFKA_PASSWORD: 'wrong' }), /^Kafka refuses the log-in \(.*KAFKA_PASSWORD/],
  ])('ends with one message %s (%s)', async (_, app, wrong, message) => {
    const said = await refusal(app, { ...env, ...wrong() });
    expect(said).toMatch(message);
    expect(said).not.toContain('    at ');
    expect(said).not.toContain('wrong@');
  });

  it('ends with one message where a topic has too few partitions', async () => {
    const said = await refusal('chat', { ...env, PARTITIONS: '16' });
    expect(said).toMatch(/^The Kafka topic chat\.commands\.v1 has 8 partitions, but this installation has 16 \(PARTITIONS\)\. .*\n$/);
  });

  it('ends with one message where a newer release has changed the schema', async () => {
    await install();
    await sql(directory.url, `INSERT INTO schema_migrations (scope, version, name, checksum) VALUES ('directory', 9000, '9000_later', 'x')`);

    expect(await refusal('gateway', env)).toMatch(/^The database has the migration directory\/9000_later, which this release doesn't know: .*\n$/);
  });

  it.each([
    [
      'neither database has a partition of the shard map',
      'DELETE FROM partition_progress WHERE partition = 2',
      '',
      /partition 2 should be in a, which doesn't have it\./,
    ],
    [
      'the other database has it',
      `DELETE FROM partition_progress WHERE partition = 2`,
      'INSERT INTO partition_progress (partition) VALUES (2)',
      /partition 2 should be in a, which doesn't have it \(b has\)\./,
    ],
    ['both have it', '', 'INSERT INTO partition_progress (partition) VALUES (2)', /partition 2 is active in a and b\./],
  ])('ends with one message where %s', async (_, inA, inB, message) => {
    await install();
    await sql(shards[0].url, inA);
    await sql(shards[1].url, inB);

    const said = await refusal('chat', env);
    expect(said).toMatch(message);
    expect(said).toMatch(/^The shard map disagrees with the databases: .* Point DATABASE_URL and SHARD_DATABASES at .*\n$/);
  });

  it.each([
    ['PORT', /^Port \d+ is in use\. Stop what uses it, or set PORT to another one\.\n$/],
    ['INTERNAL_PORT', /^One setting is wrong:\n {2}- INTERNAL_PORT is \d+, where 127\.0\.0\.1 can't be listened on \(EADDRINUSE\)/],
  ])('ends with one message where %s is taken', async (setting, message) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    try {
      expect(await refusal('chat', { ...env, [setting]: String(port) })).toMatch(message);
    } finally {
      taken.close();
    }
  });
});
