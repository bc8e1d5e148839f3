import { RedisBackplane } from '@agent-chat/backplane/adapters/redis';
import { RedisCache } from '@agent-chat/cache/adapters/redis';
import { type BlobStore, GuardedBlobStore } from '@agent-chat/blob-store';
import { S3BlobStore } from '@agent-chat/blob-store/adapters/s3';
import { type AppConfig, ConfigError, type KafkaConfig } from '@agent-chat/config';
import { COMMANDS_DEAD_LETTER_TOPIC, COMMANDS_TOPIC, EVENTS_TOPIC, KEY_WINDOW_MS } from '@agent-chat/contracts';
import { DatabaseError, MigrationError } from '@agent-chat/database';
import { openPostgresDatabase, type PostgresDatabase } from '@agent-chat/database/adapters/postgres';
import { type ProcessName } from '@agent-chat/discovery';
import { RedisEphemeralStore } from '@agent-chat/ephemeral-store/adapters/redis';
import { KafkaEventLog } from '@agent-chat/event-log/adapters/kafka';
import { BullJobQueue } from '@agent-chat/job-queue/adapters/bull';
import { type Clock } from '@agent-chat/kernel';
import { RepeatedFailures } from '@agent-chat/observability';
import { awaitRedis } from '@agent-chat/redis';
import { countDeadJob, kafkaMetrics, observeCache, observeRedis, observeStatement } from './adapter-metrics';
import { databaseHealth, serverHealth } from './health-sources';
import { type OpenHooks } from './open-hooks';
import { openPeers } from './open-peers';
import { type Ports } from './ports';
import { awaitSamePublicUrl } from './same-public-url';
import { waitUntil } from './wait-until';

const DAY_MS = 86_400_000;
/** What a topic keeps, and how coarsely it forgets. Commands go before their keys do (P14). */
const TOPICS = [
  { topic: COMMANDS_TOPIC, retentionMs: 3 * DAY_MS, segmentMs: DAY_MS, keyWindowMs: KEY_WINDOW_MS },
  { topic: EVENTS_TOPIC, retentionMs: 7 * DAY_MS, segmentMs: DAY_MS },
  { topic: COMMANDS_DEAD_LETTER_TOPIC, retentionMs: 30 * DAY_MS, segmentMs: 7 * DAY_MS },
];

/** Without Redis a process is of some use: it waits for it no longer than this. */
const REDIS_PATIENCE_MS = 15_000;

interface Closable {
  close(): Promise<void>;
}

/** One process of many, on Kafka, Redis and Postgres. Rejects with nothing left open. */
export async function openClusterPorts(config: AppConfig, service: ProcessName, clock: Clock, hooks: OpenHooks): Promise<Ports> {
  const opened: Closable[] = [];
  const failures = new RepeatedFailures(clock, 'Adapters');
  const keep = async <Port extends Closable>(opening: Promise<Port>): Promise<Port> => {
    const port = await opening;
    opened.push(port);
    return port;
  };
  try {
    const database = await keep(openDatabase(config, hooks));
    const log = await keep(openLog(given(config.kafka), config.partitions, service, failures, hooks));
    const settings = given(config.redis);
    if (!(await awaitRedis(settings, { ...hooks, patienceMs: REDIS_PATIENCE_MS }))) hooks.log('Going on without Redis, which is missed until it is there.');
    const redis = (port: string) => ({
      settings,
      clock,
      onError: (error: unknown) => failures.tell(`The ${port} on Redis`, error),
      onCommand: observeRedis(port),
    });
    // None of them fails for a Redis that is away; together they wait for it once.
    const [backplane, ephemeral, cache, jobs] = await Promise.all([
      keep(RedisBackplane.open(redis('backplane'))),
      keep(RedisEphemeralStore.open(redis('ephemeral store'))),
      keep(RedisCache.open({ ...redis('cache'), onRead: observeCache })),
      keep(BullJobQueue.open({ ...redis('job queue'), onDead: countDeadJob })),
    ]);
    const peers = await openPeers(config.internal, service, database, service === 'gateway' ? config.server.publicUrl : undefined);
    opened.push(peers.queries, peers.discovery);
    await awaitSamePublicUrl(peers, hooks.onWaiting);
    const blobs = WITH_FILES.includes(service) ? new GuardedBlobStore(openBlobs(config), peers.breakers) : undefined;
    const health = [
      databaseHealth(database),
      serverHealth('redis', () => ephemeral.ping()),
      ...(blobs === undefined ? [] : [serverHealth('s3', () => blobs.ping())]),
    ];
    return { ...peers, database, log, backplane, ephemeral, cache, jobs, ...(blobs === undefined ? {} : { blobs }), health };
  } catch (error) {
    for (const port of opened.reverse()) await port.close().catch((failed: unknown) => failures.tell('Closing', failed));
    throw error;
  }
}

/** Others know nothing of files. */
const WITH_FILES: readonly ProcessName[] = ['storage', 'worker'];

function openBlobs({ files }: AppConfig): BlobStore {
  if (files.s3 !== undefined) return new S3BlobStore(files.s3);
  throw new ConfigError([
    { setting: 'S3_BUCKET', message: 'must be given to the processes of storage and worker in a cluster: the bucket in which they keep files' },
  ]);
}

async function openDatabase({ database, partitions }: AppConfig, { log, onWaiting, onFatal }: OpenHooks): Promise<PostgresDatabase> {
  const onRefused = ({ message }: MigrationError): void => {
    onFatal(message);
  };
  const options = { ...database, url: given(database.url), partitionCount: partitions, observer: observeStatement, log, onRefused };
  return waitUntil(() => openPostgresDatabase(options), { reasonToWait: reasonToWaitForDatabase, onWaiting });
}

/** A database that is away, comes up, or is yet to be migrated by somebody else. */
function reasonToWaitForDatabase(error: unknown): string | undefined {
  if (error instanceof MigrationError) return error.mayPass ? error.message : undefined;
  return error instanceof DatabaseError && error.kind === 'outage' ? `Postgres failed: ${error.message}. Check that it runs.` : undefined;
}

async function openLog(
  { connection, replicationFactor, ...times }: KafkaConfig,
  partitionCount: number,
  service: ProcessName,
  failures: RepeatedFailures,
  { onWaiting }: OpenHooks,
): Promise<KafkaEventLog> {
  return KafkaEventLog.open({
    ...times,
    connection: { ...connection, clientId: `agent-chat-${service}` },
    replicationFactor,
    partitionCount,
    topics: TOPICS,
    startTimeoutMs: Infinity,
    onWaiting: (line) => onWaiting(`${line}.`),
    hooks: { ...kafkaMetrics, onError: (error, doing) => failures.tell(`Kafka: ${doing}`, error) },
  });
}

/** The configuration has been checked: what a cluster needs is there. */
function given<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('A setting that a cluster needs is missing');
  return value;
}
