import { type AppConfig, loadConfig } from '@agent-chat/config';
import { type EphemeralStore, type TakenTokens } from '@agent-chat/ephemeral-store';
import { InMemoryEphemeralStore } from '@agent-chat/ephemeral-store/adapters/memory';
import { AppError } from '@agent-chat/kernel';
import { FakeClock } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import { RateLimiter } from './rate-limiter';

/** A store that can be away. */
class UnreliableStore extends InMemoryEphemeralStore {
  isAway = false;

  override async takeTokens(...parameters: Parameters<EphemeralStore['takeTokens']>): Promise<TakenTokens> {
    if (this.isAway) throw new AppError('UNAVAILABLE');
    return super.takeTokens(...parameters);
  }
}

describe('the rate limiter', () => {
  const clock = new FakeClock();
  let store: UnreliableStore;
  beforeEach(() => {
    store = new UnreliableStore({ clock });
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await store.close();
  });

  const config = (limits: string): AppConfig => loadConfig({ RATE_LIMITS: limits });
  const limiter = (limits = '{"message.post":{"limit":3,"windowMs":3000},"search.query":"off"}') => new RateLimiter(config(limits), store, clock);

  async function allowed(limits: RateLimiter, times: number, subject = 'ann'): Promise<(boolean | undefined)[]> {
    const verdicts = [];
    for (let i = 0; i < times; i++) verdicts.push((await limits.take('message.post', subject))?.allowed);
    return verdicts;
  }

  it('lets through what the rule allows, and gives back evenly', async () => {
    const limits = limiter();

    expect(await allowed(limits, 4)).toEqual([true, true, true, false]);
    expect(await limits.take('message.post', 'ann')).toEqual({ allowed: false, limit: 3, remaining: 0, retryAfterMs: 1_000, resetAfterMs: 3_000 });
    clock.advance(1_000);
    expect(await allowed(limits, 2)).toEqual([true, false]);
  });

  it('counts each subject and each limit by itself', async () => {
    const limits = limiter();
    await allowed(limits, 3);

    expect(await allowed(limits, 1, 'bob')).toEqual([true]);
    expect(await limits.take('room.create', 'ann')).toMatchObject({ allowed: true });
  });

  it('counts what is off neither by name nor at all', async () => {
    expect(await limiter().take('search.query', 'ann')).toBeUndefined();
    expect(await limiter('off').take('message.post', 'ann')).toBeUndefined();
  });

  it('counts alone while the store is away, and says so once', async () => {
    const limits = limiter();
    store.isAway = true;

    expect(await allowed(limits, 4)).toEqual([true, true, true, false]);
    clock.advance(1_000);
    expect(await allowed(limits, 2)).toEqual([true, false]);
    expect(Logger.prototype.warn).toHaveBeenCalledTimes(1);
    store.isAway = false;
    expect(await allowed(limits, 1)).toEqual([true]);
  });

  it('agrees with the shared store about a bucket that is counted alone', async () => {
    const shared = [await limiter().take('message.post', 'eve', 2), await limiter().take('message.post', 'eve', 2)];
    store.isAway = true;
    const lonely = limiter();

    expect([await lonely.take('message.post', 'eve', 2), await lonely.take('message.post', 'eve', 2)]).toEqual(shared);
  });
});
