import { deferred } from '@agent-chat/testing';
import { type Cache } from '../cache.port';

/** What an adapter brings to the suite; everything in it belongs to one test. */
export interface CacheHarness {
  /** Holds nothing yet. */
  readonly cache: Cache;
  /** Lets time pass for the cache: a fake clock is moved, a real server is waited for. */
  readonly elapse: (ms: number) => Promise<void>;
}

const MINUTE_MS = 60_000;

/** What every `Cache` keeps, whatever carries it. */
export function describeCacheContract(name: string, open: () => Promise<CacheHarness>): void {
  describe(`${name} as a cache`, () => {
    let cache: Cache;
    let elapse: CacheHarness['elapse'];
    let loads: number;

    beforeEach(async () => {
      ({ cache, elapse } = await open());
      loads = 0;
    });

    afterEach(() => cache.close());

    /** A load that answers how often it has run. */
    const count = (): Promise<number> => Promise.resolve((loads += 1));

    it('loads a value once and keeps it for its time', async () => {
      await expect(cache.getOrLoad('key', 500, count)).resolves.toBe(1);
      await elapse(250);
      await expect(cache.getOrLoad('key', 500, count)).resolves.toBe(1);
      await elapse(300);
      await expect(cache.getOrLoad('key', 500, count)).resolves.toBe(2);
    });

    it('keeps keys apart', async () => {
      await expect(cache.getOrLoad('one', MINUTE_MS, count)).resolves.toBe(1);
      await expect(cache.getOrLoad('other', MINUTE_MS, count)).resolves.toBe(2);
      await expect(cache.getOrLoad('one', MINUTE_MS, count)).resolves.toBe(1);
    });

    it('shares one load among a hundred concurrent calls', async () => {
      const gate = deferred();
      const load = async (): Promise<number> => {
        await gate.promise;
        return count();
      };
      const calls = Array.from({ length: 100 }, () => cache.getOrLoad('key', MINUTE_MS, load));
      gate.resolve();
      expect(new Set(await Promise.all(calls))).toEqual(new Set([1]));
      expect(loads).toBe(1);
    });

    it('brings a failed load to all that wait for it, and keeps nothing of it', async () => {
      const fail = (): Promise<number> => Promise.reject(new Error('source away'));
      const calls = Array.from({ length: 3 }, () => cache.getOrLoad('key', MINUTE_MS, fail));
      for (const outcome of await Promise.allSettled(calls)) expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'source away' } });
      await expect(cache.getOrLoad('key', MINUTE_MS, count)).resolves.toBe(1);
    });

    it('keeps only what survives JSON, and answers the same the first time and later', async () => {
      const load = (): Promise<unknown> => Promise.resolve({ at: new Date(0), gone: undefined, list: [1, 'two', null] });
      const expected = { at: '1970-01-01T00:00:00.000Z', list: [1, 'two', null] };
      const first = await cache.getOrLoad('key', MINUTE_MS, load);
      const second = await cache.getOrLoad('key', MINUTE_MS, load);
      expect(first).toStrictEqual(expected);
      expect(second).toStrictEqual(expected);
    });

    it.each([null, false, 0, ''])('keeps %p like any other value', async (value) => {
      const load = async (): Promise<unknown> => {
        await count();
        return value;
      };
      await expect(cache.getOrLoad('key', MINUTE_MS, load)).resolves.toBe(value);
      await expect(cache.getOrLoad('key', MINUTE_MS, load)).resolves.toBe(value);
      expect(loads).toBe(1);
    });

    it('gives each caller its own copy', async () => {
      const load = (): Promise<{ list: number[] }> => Promise.resolve({ list: [1] });
      const [one, other] = await Promise.all([cache.getOrLoad('key', MINUTE_MS, load), cache.getOrLoad('key', MINUTE_MS, load)]);
      one.list.push(2);
      expect(other).toEqual({ list: [1] });
      await expect(cache.getOrLoad('key', MINUTE_MS, load)).resolves.toEqual({ list: [1] });
    });

    it('forgets the keys that are invalidated, and no other', async () => {
      await cache.getOrLoad('one', MINUTE_MS, count);
      await cache.getOrLoad('other', MINUTE_MS, count);
      await cache.invalidate(['one', 'absent']);
      await expect(cache.getOrLoad('one', MINUTE_MS, count)).resolves.toBe(3);
      await expect(cache.getOrLoad('other', MINUTE_MS, count)).resolves.toBe(2);
    });

    it('answers nothing old to a call made right after an invalidation, not even awaited', async () => {
      await cache.getOrLoad('key', MINUTE_MS, count);
      const invalidated = cache.invalidate(['key']);
      await expect(cache.getOrLoad('key', MINUTE_MS, count)).resolves.toBe(2);
      await invalidated;
    });

    it('does not keep what was loaded before an invalidation that came meanwhile', async () => {
      const old = deferred<string>();
      const before = cache.getOrLoad('key', MINUTE_MS, () => old.promise);
      await cache.invalidate(['key']);
      await expect(cache.getOrLoad('key', MINUTE_MS, () => Promise.resolve('new'))).resolves.toBe('new');
      old.resolve('old');
      await expect(before).resolves.toBe('old');
      await expect(cache.getOrLoad('key', MINUTE_MS, () => Promise.resolve('newer'))).resolves.toBe('new');
    });

    it('does not keep a value that an invalidation overtakes on its way into the cache', async () => {
      for (let turns = 0; turns < 30; turns++) {
        const key = `key-${String(turns)}`;
        const before = cache.getOrLoad(key, MINUTE_MS, () => Promise.resolve('old'));
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        await Promise.all([cache.invalidate([key]), before]);
        await expect(cache.getOrLoad(key, MINUTE_MS, () => Promise.resolve('new'))).resolves.toBe('new');
      }
    });

    it('forgets everything under a prefix, also what is just being loaded', async () => {
      const old = deferred<number>();
      const loading = cache.getOrLoad('room:3', MINUTE_MS, () => old.promise);
      await cache.getOrLoad('room:1', MINUTE_MS, count);
      await cache.getOrLoad('room:2', MINUTE_MS, count);
      await cache.getOrLoad('user:1', MINUTE_MS, count);
      await cache.invalidatePrefix('room:');
      old.resolve(0);
      await loading;
      const keys = ['room:1', 'room:2', 'user:1', 'room:3'];
      const values: number[] = [];
      for (const key of keys) values.push(await cache.getOrLoad(key, MINUTE_MS, count));
      expect(values).toEqual([4, 5, 3, 6]);
    });

    it('is passed over once closed, and closes twice', async () => {
      await cache.getOrLoad('key', MINUTE_MS, count);
      await Promise.all([cache.close(), cache.close()]);
      await expect(cache.getOrLoad('key', MINUTE_MS, count)).resolves.toBe(2);
      await expect(cache.invalidate(['key'])).resolves.toBeUndefined();
    });
  });
}
