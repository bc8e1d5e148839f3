import { createEmptyDatabase, testServerUrl } from '@agent-chat/database/testing';
import { migrate } from '@agent-chat/database';
import { startTestServers, type TestServers } from '@agent-chat/testing';
import { Client } from 'pg';
import { AppProcess } from '../../support/app-process';

const ENV = {
  PROFILE: 'cluster',
  PARTITIONS: '4',
  KAFKA_REPLICATION_FACTOR: '1',
  PUBLIC_URL: 'http://one.example.com',
  INTERNAL_SECRET: 's'.repeat(32),
  REDIS_CONNECT_TIMEOUT_MS: '500',
};

jest.setTimeout(120_000);

describe('a process of a cluster', () => {
  let kafka: TestServers;
  let redis: TestServers;
  let postgres: TestServers;
  let s3: TestServers;
  let env: Record<string, string>;
  const started: AppProcess[] = [];

  beforeAll(async () => {
    [kafka, redis, postgres, s3] = await Promise.all([
      startTestServers('kafka'),
      startTestServers('redis'),
      startTestServers('postgres'),
      startTestServers('s3'),
    ]);
    // Node 20, with which this is tried too, is old to the SDK of AWS, which says so.
    env = { ...ENV, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...kafka.settings, ...redis.settings, ...postgres.settings, ...s3.settings };
  });
  afterEach(() => Promise.all(started.splice(0).map((app) => app.stop())));
  afterAll(() => Promise.all([kafka, redis, postgres, s3].map((servers) => servers.stop())));

  async function start(app: string, given: Record<string, string> = {}): Promise<AppProcess> {
    const running = await AppProcess.start(app, { ...env, ...given });
    started.push(running);
    return running;
  }

  it.each(['gateway', 'chat', 'presence', 'analytics', 'storage', 'worker'])(
    'starts by itself where everything is, and drains and ends on SIGTERM: %s',
    async (name) => {
      const app = await start(name, { LOG_LEVEL: 'error' });
      await app.isReady();

      expect(await app.stop()).toMatchObject({ code: 0, stderr: '' });
    },
  );

  it.each([
    ['Postgres', () => postgres, /^Postgres cannot be reached: .*ECONNREFUSED.* Check DATABASE_URL, and that the server it names is running\. Waiting\.$/],
    ['Kafka', () => kafka, /^Kafka could not be reached at 127\.0\.0\.1:\d+ \(KAFKA_BROKERS\): .* Waiting\.$/],
    ['Redis', () => redis, /^Redis cannot be reached \(.*ECONNREFUSED.*\)\. Check REDIS_URL, and that what it names is running\. Waiting\.$/],
  ])('waits for %s, says so, lives and is not ready, and is once that is there', async (_, servers, line) => {
    const [server] = servers().servers;
    await server?.kill();
    const app = await start('presence');
    await app.waits(line);

    await server?.restart();

    await app.isReady();
    expect(await app.stop()).toMatchObject({ code: 0, stderr: '' });
  });

  it('goes on without Redis after a while, since most of its work needs none', async () => {
    const [server] = redis.servers;
    await server?.kill();
    try {
      const app = await start('chat');
      await app.isReady();
      expect(app.lines).toContain('Going on without Redis, which is missed until it is there.');
    } finally {
      await server?.restart();
    }
  });

  it('waits until somebody who may has migrated the database', async () => {
    const empty = await createEmptyDatabase();
    const role = `plain_${String(process.pid)}`;
    const admin = new Client({ connectionString: empty.url });
    await admin.connect();
    await admin.query(`CREATE ROLE ${role} LOGIN`);
    const url = new URL(empty.url);
    url.username = role;
    try {
      const app = await start('presence', { DATABASE_URL: url.href });
      await app.waits(/^The schema of main is not up to date, and the user of DATABASE_URL may not change it .*: run the migrations .* Waiting\.$/);

      await migrate({ url: empty.url, partitionCount: 4 });
      await admin.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`);

      await app.isReady();
      expect(await app.stop()).toMatchObject({ code: 0, stderr: '' });
    } finally {
      await admin.end();
      await empty.drop();
      await inServer(`DROP ROLE ${role}`);
    }
  });

  it('waits, as a gateway, until no gateway with another public address is left', async () => {
    const first = await start('gateway');
    await first.isReady();
    const second = await start('gateway', { PUBLIC_URL: 'http://two.example.com' });
    await second.waits(/^PUBLIC_URL is http:\/\/two\.example\.com, but the gateway at .* has http:\/\/one\.example\.com: give every gateway the same/);

    await first.stop();

    await second.isReady();
    expect(await second.stop()).toMatchObject({ code: 0, stderr: '' });
  });
});

async function inServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: testServerUrl() });
  await client.connect();
  await client.query(statement);
  await client.end();
}
