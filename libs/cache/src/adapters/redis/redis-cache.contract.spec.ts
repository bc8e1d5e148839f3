import { setTimeout as delay } from 'node:timers/promises';
import { describeCacheContract } from '@agent-chat/cache/testing';
import { SystemClock } from '@agent-chat/kernel';
import { REDIS_TOPOLOGIES, redisSettingsFor } from '@agent-chat/redis/testing';
import { RedisCache } from './redis-cache';

describe.each(Object.entries(REDIS_TOPOLOGIES))('over %s', (topology, environment) => {
  describeCacheContract(`RedisCache (${topology})`, async () => {
    const cache = await RedisCache.open({ settings: redisSettingsFor(environment), clock: new SystemClock() });
    return { cache, elapse: (ms) => delay(ms) };
  });
});
