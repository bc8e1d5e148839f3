import { setTimeout as delay } from 'node:timers/promises';
import { eventually, startTestServers, type TestServers } from '@agent-chat/testing';
import { openRedisClient } from './open-redis-client';
import { RedisConnection } from './redis-connection';
import { RedisSubscription } from './redis-subscription';
import { redisSettingsFor } from './testing';

const RECOVERY = { timeoutMs: 15_000, intervalMs: 50 };

describe('Redis while its servers fail', () => {
  let servers: TestServers;
  let connection: RedisConnection;
  let subscription: RedisSubscription | undefined;

  const open = async (topology: string): Promise<void> => {
    servers = await startTestServers('redis', { topology });
    connection = await RedisConnection.open(redisSettingsFor(servers.settings));
  };

  afterEach(async () => {
    connection.close();
    await subscription?.close();
    subscription = undefined;
    await servers.stop();
  });

  const write = (key = 'key'): Promise<unknown> => connection.run((client) => client.set(connection.key(key), 'value'));

  /** How long a failing command takes; it has to fail. */
  const failure = async (): Promise<number> => {
    const startedAt = performance.now();
    await expect(write()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    return performance.now() - startedAt;
  };

  it('fails at once while the server is gone, and works again by itself when it is back', async () => {
    await open('single');
    await connection.ping();
    await servers.servers[0]!.kill();
    await eventually(async () => {
      expect(await failure()).toBeLessThan(100);
      expect(connection.isReady).toBe(false);
    });
    for (let count = 0; count < 30; count++) {
      expect(await failure()).toBeLessThan(100);
      await delay(20);
    }
    await expect(connection.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await servers.servers[0]!.restart();
    await eventually(() => write(), RECOVERY);
    await connection.ping();
  });

  it('fails after its time-out while the server stands still, soon at once, and works again when it goes on', async () => {
    await open('single');
    await servers.servers[0]!.pause();
    expect(await failure()).toBeLessThan(1_500);
    await eventually(async () => {
      expect(await failure()).toBeLessThan(100);
    });
    await servers.servers[0]!.resume();
    await eventually(() => write(), RECOVERY);
  });

  it.each(['kill', 'pause'] as const)('goes to the next master when Sentinels have chosen one after a %s', async (fault) => {
    await open('sentinel');
    await write();
    await servers.servers[0]![fault]();
    await failure();
    await eventually(() => write(), RECOVERY);
  });

  it('serves what lies on the other nodes while one of a Cluster is gone, and all when it is back', async () => {
    await open('cluster');
    const keys = Array.from({ length: 30 }, (_, index) => `key-${String(index)}`);
    const outcomes = async (): Promise<Set<string>> => new Set((await Promise.allSettled(keys.map((key) => write(key)))).map(({ status }) => status));
    await servers.servers[0]!.kill();
    await eventually(async () => {
      expect(await outcomes()).toEqual(new Set(['fulfilled', 'rejected']));
    });
    await servers.servers[0]!.restart();
    await eventually(async () => {
      expect(await outcomes()).toEqual(new Set(['fulfilled']));
    }, RECOVERY);
  });

  it('opens while there is no server, and is there when one comes', async () => {
    await open('single');
    await servers.servers[0]!.kill();
    const early = await RedisConnection.open({ ...redisSettingsFor(servers.settings), connectTimeoutMs: 200 });
    await expect(early.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await servers.servers[0]!.restart();
    await eventually(() => early.ping(), RECOVERY);
    early.close();
  });

  it('never does a command twice whose answer was lost', async () => {
    await open('single');
    await servers.servers[0]!.pause();
    const lost = connection.run((client) => client.incr(connection.key('counter')));
    await expect(lost).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await eventually(() => {
      expect(connection.isReady).toBe(false);
    });
    await servers.servers[0]!.resume();
    const count = await eventually(() => connection.run((client) => client.incr(connection.key('counter'))), RECOVERY);
    expect(count).toBeLessThanOrEqual(2);
  });

  it('watches no connection any more that broke while it was waited for an answer', async () => {
    await open('single');
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const client = openRedisClient(connection.settings, 'blocking');
    client.blpop(connection.key('list'), 0).catch(() => undefined);
    await eventually(async () => {
      expect(await connection.run((each) => each.info('clients'))).toContain('blocked_clients:1');
    });
    await servers.servers[0]!.kill();
    await eventually(() => {
      expect(client.status).toBe('reconnecting');
    });
    client.disconnect();
    connection.close();
    await eventually(() => {
      expect(timers()).toBeLessThanOrEqual(before);
    });
  });

  it.each([
    ['single', 'kill'],
    ['single', 'pause'],
    ['sentinel', 'kill'],
    ['sentinel', 'pause'],
    ['cluster', 'kill'],
  ] as const)('listens again after %s servers met a %s, and says since when', async (topology, fault) => {
    await open(topology);
    const states: string[] = [];
    const messages: string[] = [];
    subscription = new RedisSubscription(connection.settings, 'channel', {
      onMessage: (message) => messages.push(message),
      onUp: () => states.push('up'),
      onDown: () => states.push('down'),
    });
    await subscription.whenUp;
    await Promise.all(topology === 'sentinel' ? [servers.servers[0]![fault]()] : servers.servers.map((server) => server[fault]()));
    await eventually(() => {
      expect(states.slice(0, 2)).toEqual(['up', 'down']);
    }, RECOVERY);
    if (topology !== 'sentinel') await Promise.all(servers.servers.map((server) => (fault === 'kill' ? server.restart() : server.resume())));
    await eventually(() => {
      expect(states.slice(0, 3)).toEqual(['up', 'down', 'up']);
    }, RECOVERY);
    await eventually(async () => {
      await connection.run((client) => (connection.isCluster ? client.spublish('channel', 'again') : client.publish('channel', 'again')));
      expect(messages).toContain('again');
    }, RECOVERY);
  });
});
