import { type GatewayId, newId } from '@agent-chat/kernel';
import { openRedisClient } from '@agent-chat/redis';
import { redisSettingsFor } from '@agent-chat/redis/testing';
import { eventually, startTestServers, type TestServers } from '@agent-chat/testing';
import { seal } from './envelope';
import { RedisBackplane } from './redis-backplane';

const RECOVERY = { timeoutMs: 15_000, intervalMs: 50 };

describe('RedisBackplane and its servers', () => {
  let servers: TestServers;
  let backplane: RedisBackplane;
  let elsewhere: RedisBackplane;

  const open = async (topology: string): Promise<void> => {
    servers = await startTestServers('redis', { topology });
    const options = { settings: redisSettingsFor(servers.settings), leaseTtlMs: 1_500 };
    [backplane, elsewhere] = await Promise.all([RedisBackplane.open(options), RedisBackplane.open(options)]);
  };

  afterEach(async () => {
    await Promise.all([backplane.close(), elsewhere.close()]);
    await servers.stop();
  });

  it.each([
    ['single', 'kill'],
    ['single', 'pause'],
    ['sentinel', 'kill'],
    ['sentinel', 'pause'],
    ['cluster', 'kill'],
  ] as const)('loses at most what is sent while %s servers met a %s; nothing is doubled or overtaken', async (topology, fault) => {
    await open(topology);
    const id = newId<GatewayId>();
    const received: number[] = [];
    await elsewhere.listen(id, (_, message) => received.push(Number(message)));
    const outcomes = { sent: [] as number[], codes: new Set<string>() };
    let next = 0;
    const publish = async (): Promise<void> => {
      const number = next++;
      try {
        await backplane.publish([id], 'events', String(number));
        outcomes.sent.push(number);
      } catch (error) {
        outcomes.codes.add((error as { code: string }).code);
      }
    };
    const publishUntil = async (condition: () => boolean): Promise<void> => {
      await eventually(async () => {
        await Promise.all([publish(), publish(), publish()]);
        expect(condition()).toBe(true);
      }, RECOVERY);
    };
    await publishUntil(() => received.length > 10);
    const struck = topology === 'sentinel' ? servers.servers.slice(0, 1) : servers.servers;
    await Promise.all(struck.map((server) => server[fault]()));
    await publishUntil(() => outcomes.codes.has('UNAVAILABLE') || topology === 'sentinel');
    if (topology !== 'sentinel') await Promise.all(struck.map((server) => (fault === 'kill' ? server.restart() : server.resume())));
    const before = next;
    await publishUntil(() => received.some((number) => number > before + 20));
    if (topology === 'sentinel' && fault === 'pause') await struck[0]!.resume();
    const last = next;
    await publishUntil(() => received.some((number) => number > last + 20));
    expect(received).toEqual([...new Set(received)].sort((one, other) => one - other));
    expect([...outcomes.codes].filter((code) => code !== 'UNAVAILABLE' && code !== 'TIMEOUT')).toEqual([]);
    await eventually(async () => {
      expect(await backplane.gateways()).toEqual([id]);
    }, RECOVERY);
  });

  it('drops what arrives after something newer of the same publisher, or twice', async () => {
    await open('single');
    const settings = redisSettingsFor(servers.settings);
    const ear = await RedisBackplane.open({ settings });
    const id = newId<GatewayId>();
    const received: string[] = [];
    await ear.listen(id, (_, message) => received.push(message));
    const client = openRedisClient(settings, 'patient');
    for (const [publisher, number] of [
      ['a', 1],
      ['a', 3],
      ['b', 1],
      ['a', 2],
      ['a', 3],
      ['a', 4],
    ] as const) {
      const message = `${publisher}${String(number)}`;
      await client.publish(`${settings.namespace}:gateway:${id}`, seal({ publisher, number, letters: [{ channel: 'events', message }] }));
    }
    await eventually(() => {
      expect(received).toEqual(['a1', 'a3', 'b1', 'a4']);
    });
    client.disconnect();
    await ear.close();
  });

  it('answers at once while the server is gone', async () => {
    await open('single');
    await servers.servers[0]!.kill();
    await eventually(async () => {
      const startedAt = performance.now();
      await expect(backplane.publish([newId<GatewayId>()], 'events', 'x')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(backplane.gateways()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(performance.now() - startedAt).toBeLessThan(100);
    });
  });

  it('lets a gateway begin while the server is gone, and reaches it when that is back', async () => {
    await open('single');
    await servers.servers[0]!.kill();
    const settings = { ...redisSettingsFor(servers.settings), connectTimeoutMs: 200 };
    const early = await RedisBackplane.open({ settings, leaseTtlMs: 1_500 });
    const id = newId<GatewayId>();
    const received: string[] = [];
    await early.listen(id, (_, message) => received.push(message));
    await servers.servers[0]!.restart();
    await eventually(async () => {
      await early.publish([id], 'control', 'hello');
      expect(received).toContain('hello');
      expect(await early.gateways()).toEqual([id]);
    }, RECOVERY);
    await early.close();
  });

  it('forgets a gateway that died when its lease has ended', async () => {
    await open('single');
    const id = newId<GatewayId>();
    await elsewhere.listen(id, () => undefined);
    expect(await backplane.gateways()).toEqual([id]);
    // As a process that is killed: its connections are gone, and it says nothing.
    (elsewhere as unknown as { connection: { close(): void } }).connection.close();
    expect(await backplane.gateways()).toEqual([id]);
    await eventually(async () => {
      expect(await backplane.gateways()).toEqual([]);
    });
  });
});
