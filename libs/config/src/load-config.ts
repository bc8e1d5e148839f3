import type { z } from 'zod';
import type { AppConfig, DatabaseConfig } from './app-config';
import { AREAS } from './areas';
import { ConfigError, type ConfigProblem } from './config-error';
import { type GivenSurroundings, missingInCluster } from './required-in-cluster';
import { readSecretFiles } from './secret-files';
import { toFilesConfig } from './settings/file.settings';
import { toKafkaConfig } from './settings/kafka.settings';
import { toRedisConfig } from './settings/redis.settings';

type Values = { [Area in keyof typeof AREAS]: z.output<(typeof AREAS)[Area]> };

/**
 * Reads and checks every setting. Names that aren't settings are left alone.
 * @throws ConfigError with every problem at once.
 */
export function loadConfig(given: NodeJS.ProcessEnv): AppConfig {
  const { env, problems } = readSecretFiles(given);
  const values: Partial<Values> = {};
  for (const [area, schema] of Object.entries(AREAS)) {
    const result = schema.safeParse(env);
    if (result.success) Object.assign(values, { [area]: result.data });
    else problems.push(...problemsOf(result.error));
  }
  if (values.Process?.PROFILE === 'cluster') problems.push(...missingInCluster(surroundingsIn(values)));
  else problems.push(...beyondEmbedded(values.Database));
  if (!isComplete(values) || problems.length > 0) throw new ConfigError(problems);
  return toConfig(values);
}

/** What can't be read is complained of already. */
function surroundingsIn(values: Partial<Values>): GivenSurroundings {
  const { Server, Database, Kafka, Redis } = values;
  return {
    INTERNAL_SECRET: values['Between processes']?.INTERNAL_SECRET.length !== 0,
    DATABASE_URL: Database === undefined || Database.DATABASE_URL !== undefined,
    KAFKA_BROKERS: Kafka === undefined || toKafkaConfig(Kafka) !== undefined,
    REDIS_URL: Redis === undefined || toRedisConfig(Redis) !== undefined,
    PUBLIC_URL: Server === undefined || Server.PUBLIC_URL !== undefined,
  };
}

/** The embedded Postgres is alone. */
function beyondEmbedded(database: Values['Database'] | undefined): ConfigProblem[] {
  if (database === undefined || database.DATABASE_URL !== undefined) return [];
  const { SHARD_DATABASES: shards, DATABASE_REPLICA_URLS: replicas } = database;
  const given = [...(Object.keys(shards).length > 0 ? ['SHARD_DATABASES'] : []), ...(replicas.length > 0 ? ['DATABASE_REPLICA_URLS'] : [])];
  return given.map((setting) => ({ setting, message: 'needs a DATABASE_URL: the embedded Postgres has no other beside it' }));
}

function problemsOf(error: z.ZodError): ConfigProblem[] {
  return error.issues.map((issue) => ({ setting: issue.path.join('.'), message: issue.message }));
}

function isComplete(values: Partial<Values>): values is Values {
  return Object.keys(AREAS).every((area) => area in values);
}

function toConfig(values: Values): Pick<AppConfig, keyof AppConfig> {
  const { Process, Server, Database, Authentication, Limits } = values;
  const redis = toRedisConfig(values.Redis);
  const kafka = toKafkaConfig(values.Kafka);
  return {
    profile: Process.PROFILE,
    logLevel: Process.LOG_LEVEL,
    dataDir: Process.DATA_DIR,
    partitions: Process.PARTITIONS,
    server: {
      port: Server.PORT,
      host: Server.HOST,
      publicUrl: Server.PUBLIC_URL ?? `http://localhost:${Server.PORT}`,
      corsOrigins: Server.CORS_ORIGINS,
      trustedProxies: Server.TRUSTED_PROXIES,
      drainMs: Server.DRAIN_MS,
    },
    internal: toInternalConfig(values['Between processes']),
    database: {
      ...(Database.DATABASE_URL === undefined ? {} : { url: Database.DATABASE_URL }),
      shardUrls: Object.fromEntries(Object.entries(Database.SHARD_DATABASES).map(([name, { url }]) => [name, url])),
      replicaUrls: toReplicaUrls(Database),
      poolSize: Database.DATABASE_POOL_SIZE,
      statementTimeoutMs: Database.DATABASE_STATEMENT_TIMEOUT_MS,
      connectTimeoutMs: Database.DATABASE_CONNECT_TIMEOUT_MS,
    },
    ...(kafka === undefined ? {} : { kafka }),
    ...(redis === undefined ? {} : { redis }),
    auth: {
      trustedIssuers: Authentication.AUTH_TRUSTED_ISSUERS,
      operators: Authentication.OPERATORS,
      accessTokenTtlSec: Authentication.AUTH_ACCESS_TOKEN_TTL_SEC,
      refreshTokenTtlSec: Authentication.AUTH_REFRESH_TOKEN_TTL_SEC,
    },
    rateLimits: values['Rate limits'].RATE_LIMITS,
    limits: toLimits(Limits),
    files: toFilesConfig(values.Files),
  };
}

function toLimits(values: Values['Limits']): AppConfig['limits'] {
  return {
    maxFrameBytes: values.MAX_FRAME_BYTES,
    maxBodyBytes: values.MAX_BODY_BYTES,
    maxConnections: values.MAX_CONNECTIONS,
    maxConnectionsPerUser: values.MAX_CONNECTIONS_PER_USER,
    maxOpenCalls: values.MAX_OPEN_CALLS,
    answerTargetMs: values.ANSWER_TARGET_MS,
    outboundQueueBytes: values.OUTBOUND_QUEUE_BYTES,
    subscriptionsPerConnection: values.SUBSCRIPTIONS_PER_CONNECTION,
    historyCacheBytes: values.HISTORY_CACHE_BYTES,
  };
}

function toInternalConfig(settings: Values['Between processes']): AppConfig['internal'] {
  const { INTERNAL_ADDRESS: address, CHAT_URL: chat, PRESENCE_URL: presence, ANALYTICS_URL: analytics, STORAGE_URL: storage } = settings;
  return {
    port: settings.INTERNAL_PORT,
    host: settings.INTERNAL_HOST,
    ...(address === undefined ? {} : { address }),
    secrets: settings.INTERNAL_SECRET,
    urls: {
      ...(chat === undefined ? {} : { chat }),
      ...(presence === undefined ? {} : { presence }),
      ...(analytics === undefined ? {} : { analytics }),
      ...(storage === undefined ? {} : { storage }),
    },
  };
}

/** The environment that this process was started with. */
export function readEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}

function toReplicaUrls({ DATABASE_REPLICA_URLS: main, SHARD_DATABASES: shards }: Values['Database']): DatabaseConfig['replicaUrls'] {
  const all = [['main', main] as const, ...Object.entries(shards).map(([name, { replicas }]) => [name, replicas ?? []] as const)];
  return Object.fromEntries(all.filter(([, urls]) => urls.length > 0));
}
