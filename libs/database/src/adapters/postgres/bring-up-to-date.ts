import { FIRST_DATABASE } from '../../first-database';
import { migrate, type MigrateOptions, type MigrateResult } from '../../migrator';
import { PrimaryFinder } from './primary-finder';
import { checkShardMap } from './shard-map-check';

/** Any URL may list several hosts. */
export type InstallationOptions = Pick<MigrateOptions, 'url' | 'shardUrls' | 'partitionCount'>;

/**
 * Brings the schemas up to date, and sees that the shard map and the databases agree, as far as they can be reached.
 * @throws MigrationError
 */
export async function bringUpToDate({ url, shardUrls = {}, partitionCount }: InstallationOptions): Promise<MigrateResult> {
  const shards = Object.entries(shardUrls);
  const [directory = url, ...primaries] = await Promise.all([url, ...shards.map(([, shardUrl]) => shardUrl)].map(primaryOf));
  const places = shards.map(([name, shardUrl], index): [string, string] => [name, primaries[index] ?? shardUrl]);
  const result = await migrate({ url: directory, shardUrls: Object.fromEntries(places), partitionCount });
  const reached = places.filter(([name]) => !result.away.has(name));
  await checkShardMap({ partitionCount, urls: { [FIRST_DATABASE]: directory, ...Object.fromEntries(reached) }, away: [...result.away.keys()] });
  return result;
}

async function primaryOf(url: string): Promise<string> {
  const finder = new PrimaryFinder({ url });
  await finder.look();
  return finder.url;
}
