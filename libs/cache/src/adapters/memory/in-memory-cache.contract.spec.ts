import { describeCacheContract } from '@agent-chat/cache/testing';
import { FakeClock } from '@agent-chat/testing';
import { InMemoryCache } from './in-memory-cache';

describeCacheContract('InMemoryCache', async () => {
  const clock = new FakeClock();
  const cache = new InMemoryCache({ clock });
  const elapse = (ms: number): Promise<void> => {
    clock.advance(ms);
    return Promise.resolve();
  };
  return Promise.resolve({ cache, elapse });
});
