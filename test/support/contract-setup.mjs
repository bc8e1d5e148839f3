// Starts what the contract suites of all adapters share, once a run: the Postgres of global-setup.mjs, one Redis of each kind
// (TEST_REDIS_...) and a Kafka of one broker (TEST_KAFKA_BROKERS).
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start as startBrokers } from '../../scripts/servers/kafka.mjs';
import { start } from '../../scripts/servers/redis.mjs';
import startPostgres from './global-setup.mjs';

async function startRedis() {
  if (process.env.TEST_REDIS_URL) return;
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-redis-'));
  const kinds = ['single', 'sentinel', 'cluster'];
  const servers = await Promise.all(kinds.map((topology) => start({ topology, folder: join(folder, topology) })));
  globalThis.testRedis = { servers, folder };
  for (const [name, value] of servers.flatMap(({ settings }) => Object.entries(settings))) process.env[`TEST_${name}`] = value;
}

async function startKafka() {
  if (process.env.TEST_KAFKA_BROKERS) return;
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-kafka-'));
  const server = await startBrokers({ folder });
  globalThis.testKafka = { server, folder };
  process.env.TEST_KAFKA_BROKERS = server.settings.KAFKA_BROKERS;
}

export default async function setup() {
  await Promise.all([startPostgres(), startRedis(), startKafka()]);
}
