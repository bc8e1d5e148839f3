import { setTimeout as delay } from 'node:timers/promises';
import { describeEphemeralStoreContract } from '@agent-chat/ephemeral-store/testing';
import { REDIS_TOPOLOGIES, redisSettingsFor } from '@agent-chat/redis/testing';
import { RedisEphemeralStore } from './redis-ephemeral-store';

describe.each(Object.entries(REDIS_TOPOLOGIES))('over %s', (topology, environment) => {
  describeEphemeralStoreContract(`RedisEphemeralStore (${topology})`, async () => {
    const store = await RedisEphemeralStore.open({ settings: redisSettingsFor(environment) });
    // The clock of Redis can't be moved.
    return { store, elapse: (ms) => delay(ms) };
  });
});
