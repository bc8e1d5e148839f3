import { migrate } from '../../migrator';
import { FIRST_DATABASE, PostgresDatabase, type PostgresDatabaseOptions } from '../postgres';
import { EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres';

/** The standalone's database. */
export interface StandaloneDatabaseOptions extends EmbeddedPostgresOptions, Omit<PostgresDatabaseOptions, 'url' | 'name' | 'stopServer'> {
  /** A Postgres elsewhere; the embedded one where absent. */
  readonly url?: string;
}

/**
 * Starts the embedded server unless a URL is given, brings the schema up to date, and connects.
 * @throws DatabaseStartError or MigrationError, with nothing left running.
 */
export async function openStandaloneDatabase(options: StandaloneDatabaseOptions): Promise<PostgresDatabase> {
  const { url: given, dataDir, log, onUnexpectedEnd, ...database } = options;
  const server = given === undefined ? await EmbeddedPostgres.start({ dataDir, log, ...(onUnexpectedEnd && { onUnexpectedEnd }) }) : undefined;
  try {
    const url = given ?? server?.url ?? '';
    const { applied } = await migrate({ url, partitionCount: options.partitionCount, databaseName: FIRST_DATABASE });
    if (applied.length > 0) log(`Applied the migrations ${applied.join(', ')}.`);
    return new PostgresDatabase({ ...database, url, ...(server && { stopServer: () => server.stop() }) });
  } catch (error) {
    await server?.stop();
    throw error;
  }
}
