import { type Database } from '@agent-chat/database';
import { type HealthIndicatorSource, healthSource } from '@agent-chat/observability';

/** How long a server may take to answer before it counts as down. */
const PING_TIMEOUT_MS = 1_500;

// Without any of these a process goes on with the rest of its work: they degrade it and do not take it out.

export function databaseHealth(database: Database): HealthIndicatorSource {
  return healthSource('database', async () => {
    await database.ping(PING_TIMEOUT_MS);
    return undefined;
  });
}

/** Of a server that is asked by its adapter, which has a time-out of its own. */
export function serverHealth(name: string, ping: () => Promise<void>): HealthIndicatorSource {
  return healthSource(name, async () => {
    await ping();
    return undefined;
  });
}
