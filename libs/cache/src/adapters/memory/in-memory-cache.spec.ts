import { FakeClock } from '@agent-chat/testing';
import { InMemoryCache } from './in-memory-cache';

describe('InMemoryCache', () => {
  it('forgets what was used longest ago when it is full', async () => {
    const cache = new InMemoryCache({ clock: new FakeClock(), maxEntries: 2 });
    const loaded: string[] = [];
    const get = (key: string): Promise<string> => {
      return cache.getOrLoad(key, 60_000, () => {
        loaded.push(key);
        return Promise.resolve(key);
      });
    };
    for (const key of ['a', 'b', 'a', 'c', 'a', 'c', 'b']) await get(key);
    expect(loaded).toEqual(['a', 'b', 'c', 'b']);
    await cache.close();
  });
});
