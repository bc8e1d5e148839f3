import { setTimeout as delay } from 'node:timers/promises';
import { FIRST_DATABASE } from '../../first-database';
import { MigrationError } from '../../migration-error';
import { connected } from '../../migrator';

const LOOKS = 3;
const BETWEEN_LOOKS_MS = 500;
const NAMED = 5;

/** What the check reads. */
export interface ShardPlaces {
  readonly partitionCount: number;
  /** Of the primaries of all databases that can be reached, by name; one host each. */
  readonly urls: Readonly<Record<string, string>>;
  /** The names of those that can't: of the partitions there nothing is said. */
  readonly away: readonly string[];
}

// Two names may lead to one database: one that runs since the same microsecond and is called the same.
const STAYS = `SELECT partition, state, pg_postmaster_start_time()::text || ' ' || current_database() AS place FROM partition_progress`;

interface Stay {
  readonly database: string;
  readonly place: string;
  readonly isActive: boolean;
}

/**
 * Compares the shard map with what the databases hold: each partition has its row where the map says so, and is active nowhere else (P30).
 * Looks again before it complains: a shard that is being moved changes both.
 * @throws MigrationError for a map that disagrees, or when a database can't be read.
 */
export async function checkShardMap(places: ShardPlaces): Promise<void> {
  let problems: readonly string[] = [];
  for (let look = 1; look <= LOOKS; look += 1) {
    if (look > 1) await delay(BETWEEN_LOOKS_MS);
    problems = await disagreements(places);
    if (problems.length === 0) return;
  }
  const rest = problems.length > NAMED ? `; and ${String(problems.length - NAMED)} more` : '';
  const fix = 'Point DATABASE_URL and SHARD_DATABASES at the databases of one installation, as they were when it ran last, or restore what is missing.';
  throw new MigrationError(`The shard map disagrees with the databases: ${problems.slice(0, NAMED).join('; ')}${rest}. ${fix}`);
}

async function disagreements(places: ShardPlaces): Promise<string[]> {
  const map = await readMap(places.urls[FIRST_DATABASE] ?? '');
  const stays = await readStays(places.urls);
  const partitions = Array.from({ length: places.partitionCount }, (_, partition) => partition);
  const seen = partitions.filter((partition) => !places.away.includes(map.get(partition) ?? ''));
  return seen.flatMap((partition) => problemOf(partition, map.get(partition), stays.get(partition) ?? []) ?? []);
}

async function readMap(url: string): Promise<Map<number, string>> {
  const { rows } = await connected(url, (client) => client.query<{ partition: number; database: string }>('SELECT partition, database FROM shard_map'));
  return new Map(rows.map(({ partition, database }) => [partition, database]));
}

async function readStays(urls: Readonly<Record<string, string>>): Promise<Map<number, Stay[]>> {
  const stays = new Map<number, Stay[]>();
  const read = async ([database, url]: readonly [string, string]): Promise<void> => {
    const { rows } = await connected(url, (client) => client.query<{ partition: number; state: string; place: string }>(STAYS), database);
    for (const { partition, state, place } of rows) {
      stays.set(partition, [...(stays.get(partition) ?? []), { database, place, isActive: state === 'active' }]);
    }
  };
  await Promise.all(Object.entries(urls).map(read));
  return stays;
}

function problemOf(partition: number, mapped: string | undefined, stays: readonly Stay[]): string | undefined {
  if (mapped === undefined) return `partition ${String(partition)} is not on it`;
  const active = stays.filter(({ isActive }) => isActive);
  const names = active.map(({ database }) => database).sort();
  if (new Set(active.map(({ place }) => place)).size > 1) return `partition ${String(partition)} is active in ${names.join(' and ')}`;
  if (!stays.some(({ database }) => database === mapped)) {
    return `partition ${String(partition)} should be in ${mapped}, which doesn't have it${names.length === 0 ? '' : ` (${names.join()} has)`}`;
  }
  return names.length > 0 && !names.includes(mapped) ? `partition ${String(partition)} should be in ${mapped}, and is active in ${names.join()}` : undefined;
}
