import { describeBackplaneContract } from '@agent-chat/backplane/testing';
import { REDIS_TOPOLOGIES, redisSettingsFor } from '@agent-chat/redis/testing';
import { RedisBackplane } from './redis-backplane';

describe.each(Object.entries(REDIS_TOPOLOGIES))('over %s', (topology, environment) => {
  describeBackplaneContract(`RedisBackplane (${topology})`, async () => {
    const settings = redisSettingsFor(environment);
    const [backplane, elsewhere] = await Promise.all([RedisBackplane.open({ settings }), RedisBackplane.open({ settings })]);
    return { backplane, elsewhere };
  });
});
