import { loadConfig } from '../load-config';

describe('The settings of Redis', () => {
  const redisOf = (environment: Record<string, string>): unknown => loadConfig(environment).redis;

  it('name none by default', () => {
    expect(redisOf({})).toBeUndefined();
    expect(redisOf({ REDIS_PASSWORD: 'secret' })).toBeUndefined();
  });

  it('name one server by a URL, with everything in it', () => {
    expect(redisOf({ REDIS_URL: 'rediss://user:p%40ss@redis.example.com/3', REDIS_TLS_CA: 'PEM', REDIS_NAMESPACE: 'mine' })).toEqual({
      topology: { kind: 'single', address: { host: 'redis.example.com', port: 6379 }, database: 3 },
      username: 'user',
      password: 'p@ss',
      tls: { ca: 'PEM' },
      namespace: 'mine',
      connectTimeoutMs: 3_000,
      commandTimeoutMs: 1_000,
    });
    expect(redisOf({ REDIS_URL: 'redis://[::1]:7000', REDIS_PASSWORD: 'other' })).toMatchObject({
      topology: { address: { host: '::1', port: 7000 }, database: 0 },
      password: 'other',
    });
  });

  it('name Sentinels and their master', () => {
    const environment = { REDIS_SENTINELS: 'a:26379, b:26380', REDIS_MASTER_NAME: 'chat', REDIS_SENTINEL_PASSWORD: 's', REDIS_DATABASE: '2', REDIS_TLS: 'on' };
    expect(redisOf(environment)).toMatchObject({
      topology: {
        kind: 'sentinel',
        sentinels: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 26_380 },
        ],
        masterName: 'chat',
        database: 2,
        sentinelPassword: 's',
      },
      tls: {},
    });
  });

  it('name nodes of a Cluster', () => {
    expect(redisOf({ REDIS_CLUSTER_NODES: 'a:7000' })).toMatchObject({ topology: { kind: 'cluster', nodes: [{ host: 'a', port: 7_000 }] } });
  });

  it.each([
    [{ REDIS_URL: 'http://x' }, 'REDIS_URL'],
    [{ REDIS_URL: 'redis://x/name' }, 'REDIS_URL'],
    [{ REDIS_SENTINELS: 'a' }, 'REDIS_SENTINELS'],
    [{ REDIS_CLUSTER_NODES: 'a:1/x' }, 'REDIS_CLUSTER_NODES'],
    [{ REDIS_NAMESPACE: 'a{b}' }, 'REDIS_NAMESPACE'],
    [{ REDIS_URL: 'redis://x', REDIS_CLUSTER_NODES: 'a:1' }, 'REDIS_CLUSTER_NODES'],
  ])('refuse %p', (environment, name) => {
    expect(() => loadConfig(environment)).toThrow(name);
  });
});
