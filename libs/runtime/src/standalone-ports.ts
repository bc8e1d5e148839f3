import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { type BlobStore, GuardedBlobStore } from '@agent-chat/blob-store';
import { DiskBlobStore } from '@agent-chat/blob-store/adapters/disk';
import { InMemoryCache } from '@agent-chat/cache/adapters/memory';
import { type AppConfig, ConfigError } from '@agent-chat/config';
import { openStandaloneDatabase } from '@agent-chat/database/adapters/embedded';
import { type ProcessName } from '@agent-chat/discovery';
import { InMemoryEphemeralStore } from '@agent-chat/ephemeral-store/adapters/memory';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { PgBossJobQueue } from '@agent-chat/job-queue/adapters/pg-boss';
import { type Clock } from '@agent-chat/kernel';
import { countDeadJob, observeCache, observeStatement } from './adapter-metrics';
import { join } from 'node:path';
import { databaseHealth, serverHealth } from './health-sources';
import { localPeers } from './local-peers';
import { type OpenHooks } from './open-hooks';
import { type Ports } from './ports';

const ALONE =
  'is standalone, which runs every app in one process: start that (npm start, or node dist/apps/standalone/main.js), or set PROFILE=cluster to start this app by itself';

/** Where in `DATA_DIR` files are kept. */
const FILES = 'files';

/** One process that is alone: an embedded Postgres, everything else in its memory. Rejects with nothing left running. */
export async function openStandalonePorts(config: AppConfig, service: ProcessName, clock: Clock, hooks: OpenHooks): Promise<Ports> {
  if (service !== 'standalone') throw new ConfigError([{ setting: 'PROFILE', message: ALONE }]);
  const { url, shardUrls, ...pool } = config.database;
  const database = await openStandaloneDatabase({
    ...pool,
    ...(url === undefined ? {} : { url, shardUrls }),
    dataDir: config.dataDir,
    partitionCount: config.partitions,
    observer: observeStatement,
    log: hooks.log,
    onUnexpectedEnd: hooks.onFatal,
    onRefused: ({ message }) => hooks.onFatal(message),
  });
  try {
    const peers = localPeers(service);
    const blobs: BlobStore = new GuardedBlobStore(await DiskBlobStore.open(join(config.dataDir, FILES)), peers.breakers);
    return {
      ...peers,
      blobs,
      database,
      log: new InMemoryEventLog({ partitionCount: config.partitions, clock }),
      backplane: new InMemoryBackplane(),
      ephemeral: new InMemoryEphemeralStore({ clock }),
      cache: new InMemoryCache({ clock, onRead: observeCache }),
      jobs: await PgBossJobQueue.open({ connectionString: database.directoryAccess().url, clock, onDead: countDeadJob }),
      health: [databaseHealth(database), serverHealth('files', () => blobs.ping())],
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
