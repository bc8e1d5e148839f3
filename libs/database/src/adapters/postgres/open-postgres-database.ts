import { migrate } from '../../migrator';
import { PostgresDatabase, type PostgresDatabaseOptions } from './postgres-database';
import { checkShardMap } from './shard-map-check';
import { PrimaryFinder } from './primary-finder';

/** What opening tells while it goes on. */
export interface OpenPostgresOptions extends PostgresDatabaseOptions {
  readonly log: (line: string) => void;
}

/**
 * Brings the schemas up to date, connects, reads the shard map, and sees that it and the databases agree.
 * @throws MigrationError or DatabaseError, with no connection left open.
 */
export async function openPostgresDatabase({ log, ...options }: OpenPostgresOptions): Promise<PostgresDatabase> {
  const shards = Object.entries(options.shardUrls ?? {});
  const [url, ...shardUrls] = await Promise.all([options.url, ...shards.map(([, shardUrl]) => shardUrl)].map(primaryOf));
  const { applied, newer } = await migrate({
    url: url ?? options.url,
    shardUrls: Object.fromEntries(shards.map(([name, shardUrl], index) => [name, shardUrls[index] ?? shardUrl])),
    partitionCount: options.partitionCount,
  });
  if (applied.length > 0) log(`Applied the migrations ${applied.join(', ')}.`);
  if (newer.length > 0) log(`The schema is a newer release's, and this one runs on it: ${newer.join(', ')}.`);
  const database = new PostgresDatabase(options);
  try {
    await database.findPrimaries();
    await database.reload();
    await checkShardMap(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function primaryOf(url: string): Promise<string> {
  const finder = new PrimaryFinder({ url });
  await finder.look();
  return finder.url;
}
