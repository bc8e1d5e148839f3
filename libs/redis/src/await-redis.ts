import { StartError } from '@agent-chat/kernel';
import { setTimeout as delay } from 'node:timers/promises';
import { openRedisClient } from './open-redis-client';
import { type RedisSettings } from './redis-settings';

const POLL_MS = 20;
const WRONG_LOGIN = /WRONGPASS|NOAUTH|NOPERM|invalid password/i;

export interface AwaitRedisOptions {
  /** How long to wait for one that is away. */
  readonly patienceMs: number;
  /** Told of each failure that is tried again, in words for the operator. */
  readonly onWaiting: (line: string) => void;
}

/**
 * Resolves with true once Redis takes commands, with false if that is not so in time.
 * @throws StartError where Redis refuses the log-in
 */
export async function awaitRedis(settings: RedisSettings, { patienceMs, onWaiting }: AwaitRedisOptions): Promise<boolean> {
  const client = openRedisClient(settings, 'prompt');
  let refusal: Error | undefined;
  client.on('error', (thrown: Error) => {
    const error = rootOf(thrown);
    if (WRONG_LOGIN.test(error.message)) refusal = error;
    else onWaiting(`Redis cannot be reached (${error.message || thrown.message}). Check ${settingOf(settings)}, and that what it names is running.`);
  });
  try {
    const deadline = performance.now() + patienceMs;
    while (client.status !== 'ready') {
      if (refusal !== undefined) throw refusedLogin(refusal, settings);
      if (performance.now() >= deadline) return false;
      await delay(POLL_MS);
    }
    return true;
  } finally {
    client.disconnect();
  }
}

function refusedLogin(cause: Error, settings: RedisSettings): StartError {
  return new StartError(`Redis refuses the user or the password of ${settingOf(settings)} (${cause.message}): correct them.`, cause);
}

/** A Cluster's own error says that no node is left; the last one's says why. */
function rootOf(error: Error): Error {
  const { lastNodeError } = error as { lastNodeError?: Error };
  return lastNodeError ?? error;
}

const SETTINGS = { single: 'REDIS_URL', sentinel: 'REDIS_SENTINELS', cluster: 'REDIS_CLUSTER_NODES' } as const;

function settingOf({ topology }: RedisSettings): string {
  return SETTINGS[topology.kind];
}
