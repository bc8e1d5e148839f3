import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { InMemoryCache } from '@agent-chat/cache/adapters/memory';
import { type AppConfig, type Profile } from '@agent-chat/config';
import { type Database } from '@agent-chat/database';
import { openStandaloneDatabase } from '@agent-chat/database/adapters/embedded';
import { type ProcessName } from '@agent-chat/discovery';
import { InMemoryEphemeralStore } from '@agent-chat/ephemeral-store/adapters/memory';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { PgBossJobQueue } from '@agent-chat/job-queue/adapters/pg-boss';
import { type Clock } from '@agent-chat/kernel';
import { type HealthIndicatorSource, healthSource } from '@agent-chat/observability';
import { localPeers } from './local-peers';
import { type Ports } from './ports';

/** What opening the ports may tell while it goes on. */
export interface OpenHooks {
  readonly log: (line: string) => void;
  /** A server that this process started has ended by itself: nothing works any more. */
  readonly onServerLost: (reason: string) => void;
}

/** How long the database may take to answer before it counts as down. */
const PING_TIMEOUT_MS = 1_500;

type Binding = (config: AppConfig, service: ProcessName, clock: Clock, hooks: OpenHooks) => Promise<Ports>;

/** Which adapters a profile runs on. The only place that knows profiles. */
const BINDINGS: Partial<Record<Profile, Binding>> = {
  standalone: async (config, service, clock, hooks) => {
    const { url, ...pool } = config.database;
    const database = await openStandaloneDatabase({
      ...pool,
      ...(url === undefined ? {} : { url }),
      dataDir: config.dataDir,
      partitionCount: config.partitions,
      log: hooks.log,
      onUnexpectedEnd: hooks.onServerLost,
    });
    try {
      return {
        ...localPeers(service),
        database,
        log: new InMemoryEventLog({ partitionCount: config.partitions, clock }),
        backplane: new InMemoryBackplane(),
        ephemeral: new InMemoryEphemeralStore({ clock }),
        cache: new InMemoryCache({ clock }),
        jobs: await PgBossJobQueue.open({ connectionString: database.directoryUrl(), clock }),
        health: [databaseHealth(database)],
      };
    } catch (error) {
      await database.close();
      throw error;
    }
  },
};

/** Opens every port of the configured profile. Rejects with what the start of the first adapter that failed says, leaving nothing running. */
export async function openPorts(config: AppConfig, service: ProcessName, clock: Clock, hooks: OpenHooks): Promise<Ports> {
  const binding = BINDINGS[config.profile];
  if (binding === undefined) throw new Error(`This release does not run PROFILE=${config.profile}.`);
  return binding(config, service, clock, hooks);
}

/** Without it live connections and presence go on, so it degrades a process and does not take it out. */
function databaseHealth(database: Database): HealthIndicatorSource {
  return healthSource('database', async () => {
    await database.ping(PING_TIMEOUT_MS);
    return undefined;
  });
}
