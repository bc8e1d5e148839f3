import { setTimeout as delay } from 'node:timers/promises';
import { SystemClock } from '@agent-chat/kernel';
import { type RedisSettings } from '@agent-chat/redis';
import { REDIS_TOPOLOGIES, redisSettingsFor } from '@agent-chat/redis/testing';
import { eventually, startTestServers } from '@agent-chat/testing';
import { RedisCache } from './redis-cache';

const MINUTE_MS = 60_000;
const RECOVERY = { timeoutMs: 15_000, intervalMs: 50 };
const clock = new SystemClock();

/** Two processes' caches. */
const openBoth = (settings: RedisSettings, options = {}): Promise<[RedisCache, RedisCache]> => {
  return Promise.all([RedisCache.open({ settings, clock, ...options }), RedisCache.open({ settings, clock, ...options })]);
};

const answer = <Value>(value: Value): (() => Promise<Value>) => {
  return () => Promise.resolve(value);
};

describe.each(Object.entries(REDIS_TOPOLOGIES))('RedisCache in several processes over %s', (_, environment) => {
  let one: RedisCache;
  let other: RedisCache;

  const open = async (options = {}): Promise<void> => {
    [one, other] = await openBoth(redisSettingsFor(environment), options);
  };

  afterEach(() => Promise.all([one.close(), other.close()]));

  it('shares what one of them loaded, for the rest of its time', async () => {
    await open();
    await expect(one.getOrLoad('key', 600, answer('first'))).resolves.toBe('first');
    await delay(300);
    await expect(other.getOrLoad('key', MINUTE_MS, answer('second'))).resolves.toBe('first');
    await delay(400);
    await expect(other.getOrLoad('key', MINUTE_MS, answer('third'))).resolves.toBe('third');
  });

  it('loads a value once, however many of them need it at a time', async () => {
    await open();
    let loads = 0;
    const load = async (): Promise<number> => {
      await delay(200);
      return (loads += 1);
    };
    const calls = Array.from({ length: 20 }, (_unused, index) => (index % 2 === 0 ? one : other).getOrLoad('key', MINUTE_MS, load));
    expect(new Set(await Promise.all(calls))).toEqual(new Set([1]));
    expect(loads).toBe(1);
  });

  it('loads it elsewhere when a load failed', async () => {
    await open();
    const failed = one.getOrLoad('key', MINUTE_MS, async () => {
      await delay(100);
      throw new Error('source away');
    });
    await delay(20);
    const second = other.getOrLoad('key', MINUTE_MS, answer('here'));
    await expect(failed).rejects.toThrow('source away');
    await expect(second).resolves.toBe('here');
  });

  it('forgets in all of them within a second what one invalidates, by key and by prefix', async () => {
    await open();
    for (const key of ['user:1', 'user:2', 'room:1']) {
      await one.getOrLoad(key, MINUTE_MS, answer('old'));
      await other.getOrLoad(key, MINUTE_MS, answer('other'));
    }
    await one.invalidate(['user:1']);
    await one.invalidatePrefix('room:');
    await eventually(
      async () => {
        await expect(other.getOrLoad('user:1', MINUTE_MS, answer('new'))).resolves.toBe('new');
        await expect(other.getOrLoad('room:1', MINUTE_MS, answer('new'))).resolves.toBe('new');
      },
      { timeoutMs: 1_000 },
    );
    await expect(one.getOrLoad('user:1', MINUTE_MS, answer('newer'))).resolves.toBe('new');
    await expect(other.getOrLoad('user:2', MINUTE_MS, answer('new'))).resolves.toBe('old');
  });

  it('does not take from another what that loaded before the value was invalidated', async () => {
    await open();
    const before = one.getOrLoad('key', MINUTE_MS, async () => {
      await delay(200);
      return 'old';
    });
    await delay(50);
    await other.invalidate(['key']);
    await expect(before).resolves.toBe('old');
    await expect(other.getOrLoad('key', MINUTE_MS, answer('new'))).resolves.toBe('new');
    await expect(one.getOrLoad('key', MINUTE_MS, answer('newer'))).resolves.toBe('new');
  });

  it('keeps texts that look like something else as they are', async () => {
    await open();
    const texts = ['_function_f|() => { throw new Error("run") }', '_date_2026-01-01', '_symbol_x', '_duplicate_["root"]', '1 2 3', ' ', '\n'];
    for (const text of texts) await one.getOrLoad(text, MINUTE_MS, answer({ [text]: text, list: [text] }));
    for (const text of texts) await expect(other.getOrLoad(text, MINUTE_MS, answer('lost'))).resolves.toEqual({ [text]: text, list: [text] });
  });

  it('leaves a value that is too large for Redis to each process', async () => {
    await open({ maxValueBytes: 100 });
    await one.getOrLoad('key', MINUTE_MS, answer('x'.repeat(200)));
    await expect(one.getOrLoad('key', MINUTE_MS, answer('again'))).resolves.toHaveLength(200);
    await expect(other.getOrLoad('key', MINUTE_MS, answer('other'))).resolves.toBe('other');
  });
});

describe('RedisCache while its server fails', () => {
  it.each(['kill', 'pause'] as const)('is passed over, and tells afterwards what was invalidated meanwhile (%s)', async (fault) => {
    const servers = await startTestServers('redis', { persistent: true });
    const [server] = servers.servers;
    const errors: unknown[] = [];
    const [one, other] = await openBoth(redisSettingsFor(servers.settings), { onError: (error: unknown) => errors.push(error) });
    await one.getOrLoad('key', MINUTE_MS, answer('old'));
    await other.getOrLoad('key', MINUTE_MS, answer('old'));
    await server![fault]();
    await one.invalidate(['key']);
    expect(errors).not.toEqual([]);
    await expect(one.getOrLoad('key', MINUTE_MS, answer('new'))).resolves.toBe('new');
    // Nobody can tell the other one, so it trusts nothing that is older than a second.
    await eventually(async () => {
      await expect(other.getOrLoad('key', MINUTE_MS, answer('new'))).resolves.toBe('new');
    }, RECOVERY);
    const startedAt = performance.now();
    await expect(one.getOrLoad('unknown', MINUTE_MS, answer('value'))).resolves.toBe('value');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await (fault === 'kill' ? server!.restart() : server!.resume());
    await eventually(async () => {
      await Promise.all([one.ping(), other.ping()]);
      await expect(one.getOrLoad('shared', MINUTE_MS, answer('one'))).resolves.toBe('one');
      await one.getOrLoad('probe', 1, answer('one'));
    }, RECOVERY);
    const third = await RedisCache.open({ settings: (one as unknown as { options: { settings: RedisSettings } }).options.settings, clock });
    await eventually(async () => {
      await expect(third.getOrLoad('key', 1, answer('newest'))).resolves.not.toBe('old');
    }, RECOVERY);
    await Promise.all([one.close(), other.close(), third.close()]);
    await servers.stop();
  });
});
