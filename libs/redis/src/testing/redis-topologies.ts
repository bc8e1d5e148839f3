import { randomUUID } from 'node:crypto';
import { loadConfig } from '@agent-chat/config';
import { type RedisSettings } from '../redis-settings';

/** What the environment says of a Redis, as a test uses it: under a name of its own, and quick to give up. */
export function redisSettingsFor(environment: Readonly<Record<string, string | undefined>>): RedisSettings {
  const { redis } = loadConfig({ REDIS_COMMAND_TIMEOUT_MS: '500', REDIS_NAMESPACE: `test-${randomUUID()}`, ...environment });
  if (redis === undefined) throw new Error('No Redis was started for this suite');
  return redis;
}

/** The Redis servers that all suites of a run share, one of each kind. */
export const REDIS_TOPOLOGIES = {
  single: { REDIS_URL: process.env['TEST_REDIS_URL'] },
  sentinel: { REDIS_SENTINELS: process.env['TEST_REDIS_SENTINELS'], REDIS_MASTER_NAME: process.env['TEST_REDIS_MASTER_NAME'] },
  cluster: { REDIS_CLUSTER_NODES: process.env['TEST_REDIS_CLUSTER_NODES'] },
} as const;
