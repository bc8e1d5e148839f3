import { setTimeout as delay } from 'node:timers/promises';
import { type PhysicalDatabase, type Queryable } from '../../database.port';
import { MigrationError } from '../../migration-error';

const LOOKS = 3;
const BETWEEN_LOOKS_MS = 500;
const NAMED = 5;

/** What the check reads. */
export interface ShardPlaces {
  readonly partitionCount: number;
  directory(): Queryable;
  names(): readonly string[];
  named(name: string): PhysicalDatabase;
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
 * @throws MigrationError for a map that disagrees; DatabaseError.
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
  const rows = await places.directory().query<{ partition: number; database: string }>('SELECT partition, database FROM shard_map');
  const map = new Map(rows.map(({ partition, database }) => [partition, database]));
  const stays = await readStays(places);
  const partitions = Array.from({ length: places.partitionCount }, (_, partition) => partition);
  return partitions.flatMap((partition) => problemOf(partition, map.get(partition), stays.get(partition) ?? []) ?? []);
}

async function readStays(places: ShardPlaces): Promise<Map<number, Stay[]>> {
  const stays = new Map<number, Stay[]>();
  const read = async (database: string): Promise<void> => {
    for (const { partition, state, place } of await places.named(database).query<{ partition: number; state: string; place: string }>(STAYS)) {
      stays.set(partition, [...(stays.get(partition) ?? []), { database, place, isActive: state === 'active' }]);
    }
  };
  await Promise.all(places.names().map(read));
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
