import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigError } from './config-error';
import { loadConfig } from './load-config';
import { DEFAULT_RATE_LIMITS } from './settings/rate-limit.settings';

function problemsOf(env: NodeJS.ProcessEnv): ConfigError {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The settings were accepted.');
}

describe('loadConfig', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'config-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('starts from nothing with the documented defaults', () => {
    expect(loadConfig({})).toEqual({
      profile: 'standalone',
      logLevel: 'info',
      dataDir: resolve('.data'),
      partitions: 64,
      server: {
        port: 3000,
        host: '127.0.0.1',
        publicUrl: 'http://localhost:3000',
        corsOrigins: [],
        trustedProxies: [],
        drainMs: 10_000,
      },
      internal: { port: 3100, host: '127.0.0.1', secrets: [], urls: {} },
      database: { shardUrls: {}, replicaUrls: {}, poolSize: 16, statementTimeoutMs: 30_000, connectTimeoutMs: 5_000 },
      auth: { trustedIssuers: [], operators: [], accessTokenTtlSec: 900, refreshTokenTtlSec: 2_592_000 },
      rateLimits: DEFAULT_RATE_LIMITS,
      limits: {
        maxFrameBytes: 131_072,
        maxBodyBytes: 131_072,
        maxConnections: 10_000,
        maxConnectionsPerUser: 50,
        maxOpenCalls: 5_000,
        answerTargetMs: 200,
        outboundQueueBytes: 1_048_576,
        subscriptionsPerConnection: 1_000,
        historyCacheBytes: 64 * 1_024 * 1_024,
      },
      files: {
        maxBytes: 104_857_600,
        maxUploadsPerUser: 20,
        maxImagePixels: 50_000_000,
        refusedTypes: ['application/x-msdownload', 'application/x-elf', 'application/x-mach-binary'],
        keepMs: 86_400_000,
      },
    });
  });

  it('takes the values of the environment', () => {
    const config = loadConfig({
      PORT: '0',
      HOST: '0.0.0.0',
      PUBLIC_URL: 'https://chat.example.com/',
      CORS_ORIGINS: 'https://a.example.com, HTTPS://B.example.com:8443',
      TRUSTED_PROXIES: '10.0.0.0/8,loopback,::1',
      DATABASE_URL: 'postgres://me:secret@db:5432/chat',
      AUTH_TRUSTED_ISSUERS: '[{"issuer":"https://id.example.com","jwksUri":"https://id.example.com/jwks","audience":"agent-chat"}]',
      OPERATORS: 'ada, https://id.example.com|42',
      LOG_LEVEL: 'debug',
    });
    expect(config.server).toMatchObject({
      port: 0,
      host: '0.0.0.0',
      publicUrl: 'https://chat.example.com',
      corsOrigins: ['https://a.example.com', 'https://b.example.com:8443'],
      trustedProxies: ['10.0.0.0/8', 'loopback', '::1'],
    });
    expect(config.database.url).toBe('postgres://me:secret@db:5432/chat');
    expect(config.auth.trustedIssuers).toEqual([{ issuer: 'https://id.example.com', jwksUri: 'https://id.example.com/jwks', audience: 'agent-chat' }]);
    expect(config.auth.operators).toEqual(['ada', 'https://id.example.com|42']);
    expect(config.logLevel).toBe('debug');
  });

  it('knows where files are kept once a bucket is named', () => {
    const named = {
      S3_BUCKET: 'files',
      S3_ENDPOINT: 'http://127.0.0.1:7070/',
      S3_FORCE_PATH_STYLE: 'true',
      REFUSED_ATTACHMENT_TYPES: 'none',
      MAX_ATTACHMENT_BYTES: '5',
    };
    const keys = { S3_ACCESS_KEY_ID: 'me', S3_SECRET_ACCESS_KEY: 'secret' };

    expect(loadConfig({ ...named, ...keys }).files).toMatchObject({
      maxBytes: 5,
      refusedTypes: ['none'],
      s3: {
        bucket: 'files',
        region: 'us-east-1',
        endpoint: 'http://127.0.0.1:7070',
        forcePathStyle: true,
        credentials: { accessKeyId: 'me', secretAccessKey: 'secret' },
      },
    });
    expect(loadConfig(named).files.s3).not.toHaveProperty('credentials');
    expect(loadConfig({ ...named, S3_BUCKET: '' }).files).not.toHaveProperty('s3');
  });

  it('takes an empty value for an absent one', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: ' ' }).server.port).toBe(3000);
  });

  it('names every wrong setting with its fix in one message', () => {
    const error = problemsOf({
      PORT: '99999',
      LOG_LEVEL: 'loud',
      PUBLIC_URL: 'chat.example.com',
      CORS_ORIGINS: 'https://a.example.com/path',
      TRUSTED_PROXIES: '10.0.0.0/33',
      AUTH_TRUSTED_ISSUERS: '[{"issuer":"x"}]',
      RATE_LIMITS: '{"message.poste":"off"}',
      MAX_FRAME_BYTES: '1e6',
    });
    expect(error.problems.map((problem) => problem.setting).sort()).toEqual([
      'AUTH_TRUSTED_ISSUERS',
      'CORS_ORIGINS',
      'LOG_LEVEL',
      'MAX_FRAME_BYTES',
      'PORT',
      'PUBLIC_URL',
      'RATE_LIMITS',
      'TRUSTED_PROXIES',
    ]);
    expect(error.message).toContain('8 settings are wrong:');
    expect(error.message).toContain('  - PORT must be a whole number from 0 to 65535, but is "99999": correct it, or leave it out for 3000');
    expect(error.message).toContain('jwksUri');
  });

  it('knows where other processes are and what they prove each other with', () => {
    const [now, next] = ['n'.repeat(32), 'x'.repeat(40)];
    const { internal } = loadConfig({ INTERNAL_PORT: '0', INTERNAL_ADDRESS: '10.0.0.7', INTERNAL_SECRET: `${now}, ${next}`, CHAT_URL: 'http://chat:3100/' });

    expect(internal).toEqual({ port: 0, host: '127.0.0.1', address: '10.0.0.7', secrets: [now, next], urls: { chat: 'http://chat:3100' } });
  });

  it('refuses a short secret between processes without printing it', () => {
    const { message } = problemsOf({ INTERNAL_SECRET: 'hunter2' });

    expect(message).toContain('INTERNAL_SECRET must have at least 32 characters');
    expect(message).not.toContain('hunter2');
  });

  it('says all that a cluster cannot do without', () => {
    expect(problemsOf({ PROFILE: 'cluster' }).problems.map((problem) => problem.setting)).toEqual([
      'INTERNAL_SECRET',
      'DATABASE_URL',
      'KAFKA_BROKERS',
      'REDIS_URL',
      'PUBLIC_URL',
    ]);
    const surroundings = {
      INTERNAL_SECRET: 's'.repeat(32),
      DATABASE_URL: 'postgres://db/chat',
      KAFKA_BROKERS: 'kafka:9092',
      PUBLIC_URL: 'https://chat.example.com',
    };
    expect(loadConfig({ PROFILE: 'cluster', ...surroundings, REDIS_CLUSTER_NODES: 'redis:6379' }).profile).toBe('cluster');
  });

  it('refuses an unknown profile beside the other problems', () => {
    const error = problemsOf({ PROFILE: 'galaxy', PORT: '-1' });
    expect(error.problems.map((problem) => problem.setting)).toEqual(['PROFILE', 'PORT']);
  });

  it('takes several hosts for one database, and databases for shards by name', () => {
    const { database } = loadConfig({
      DATABASE_URL: 'postgres://me:secret@one:5432,two:5433/chat?sslmode=require',
      SHARD_DATABASES: '{"a":{"url":"postgres://me@a1,a2/chat"},"b":{"url":"postgres://me@b/chat"}}',
    });
    expect(database.url).toBe('postgres://me:secret@one:5432,two:5433/chat?sslmode=require');
    expect(database.shardUrls).toEqual({ a: 'postgres://me@a1,a2/chat', b: 'postgres://me@b/chat' });
    expect(database.replicaUrls).toEqual({});
  });

  it('takes replicas of each database', () => {
    const { database } = loadConfig({
      DATABASE_URL: 'postgres://me@one/chat',
      DATABASE_REPLICA_URLS: '["postgres://me@two/chat"]',
      SHARD_DATABASES: '{"a":{"url":"postgres://me@a1/chat","replicas":["postgres://me@a2/chat","postgres://me@a3/chat"]},"b":{"url":"postgres://me@b/chat"}}',
    });
    expect(database.replicaUrls).toEqual({ main: ['postgres://me@two/chat'], a: ['postgres://me@a2/chat', 'postgres://me@a3/chat'] });
    expect(problemsOf({ DATABASE_REPLICA_URLS: '["ftp://two"]' }).problems.map(({ setting }) => setting)).toEqual(['DATABASE_REPLICA_URLS']);
    expect(problemsOf({ DATABASE_URL: 'postgres://me@one,two:what/chat' }).message).toContain('DATABASE_URL must be a URL such as');
    expect(problemsOf({ SHARD_DATABASES: '{"a":{"url":"http://b/chat"}}' }).message).toContain('a.url: must be a URL such as');
  });

  it('refuses other databases beside the embedded one', () => {
    const given = { DATABASE_REPLICA_URLS: '["postgres://me@two/chat"]', SHARD_DATABASES: '{"b":{"url":"postgres://me@b/chat"}}' };
    expect(problemsOf(given).problems.map(({ setting }) => setting)).toEqual(['SHARD_DATABASES', 'DATABASE_REPLICA_URLS']);
    expect(problemsOf(given).message).toContain('SHARD_DATABASES needs a DATABASE_URL');
  });

  it('never prints a secret', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://me:hunter2@db/chat' }).message).not.toContain('hunter2');
  });

  it('reads a secret from the file that NAME_FILE names', () => {
    const path = join(dir, 'database-url');
    writeFileSync(path, 'postgres://me:secret@db/chat\n');
    expect(loadConfig({ DATABASE_URL_FILE: path }).database.url).toBe('postgres://me:secret@db/chat');
  });

  it('reports a secret file that is missing, and one that competes with its setting, beside the other problems', () => {
    const missing = problemsOf({ DATABASE_URL_FILE: join(dir, 'missing'), PORT: 'x' });
    expect(missing.problems.map((problem) => problem.setting)).toEqual(['DATABASE_URL_FILE', 'PORT']);
    const both = problemsOf({ DATABASE_URL_FILE: join(dir, 'missing'), DATABASE_URL: 'postgres://db/chat' });
    expect(both.message).toContain('DATABASE_URL_FILE and DATABASE_URL are both given: keep one');
  });

  it('lays RATE_LIMITS over the defaults, or turns all of them off', () => {
    expect(loadConfig({ RATE_LIMITS: 'off' }).rateLimits).toBe('off');
    expect(loadConfig({ RATE_LIMITS: '{"message.post":{"limit":5,"windowMs":1000},"search.query":"off"}' }).rateLimits).toEqual({
      ...DEFAULT_RATE_LIMITS,
      'message.post': { limit: 5, windowMs: 1000 },
      'search.query': 'off',
    });
  });
});
