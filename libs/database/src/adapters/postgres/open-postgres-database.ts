import { type MigrateResult } from '../../migrator';
import { AbsentDatabases, type AbsenceHooks } from './absent-databases';
import { bringUpToDate } from './bring-up-to-date';
import { PostgresDatabase, type PostgresDatabaseOptions } from './postgres-database';

export interface OpenPostgresOptions extends Omit<PostgresDatabaseOptions, 'absent'> {
  /** What opening tells while it goes on. */
  readonly log: (line: string) => void;
  /** Given, an installation opens although databases of shards are away: their rooms are refused until they come. Otherwise opening fails. */
  readonly onRefused?: AbsenceHooks['onRefused'];
}

/**
 * Brings the schemas up to date, sees that the shard map and the databases agree, connects, and reads the shard map.
 * @throws MigrationError or DatabaseError, with no connection left open.
 */
export async function openPostgresDatabase({ log, onRefused, ...options }: OpenPostgresOptions): Promise<PostgresDatabase> {
  const { newer, away } = await look();
  if (newer.length > 0) log(`The schema is a newer release's, and this one runs on it: ${newer.join(', ')}.`);
  const [reason] = away.values();
  if (onRefused === undefined && reason !== undefined) throw reason;
  const absent = new AbsentDatabases(look, { log, onRefused: onRefused ?? ignore });
  const database = new PostgresDatabase({ ...options, absent });
  try {
    absent.await(away);
    await database.findPrimaries();
    await database.reload();
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }

  async function look(): Promise<MigrateResult> {
    const result = await bringUpToDate(options);
    if (result.applied.length > 0) log(`Applied the migrations ${result.applied.join(', ')}.`);
    return result;
  }
}

function ignore(): void {
  // Nothing is away, so nothing comes.
}
