import { openPostgresDatabase, type OpenPostgresOptions, type PostgresDatabase } from '../postgres';
import { EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres';

/** The standalone's database. */
export interface StandaloneDatabaseOptions extends EmbeddedPostgresOptions, Omit<OpenPostgresOptions, 'url' | 'shardUrls' | 'stopServer'> {
  /** A Postgres elsewhere; the embedded one where absent. */
  readonly url?: string;
}

/**
 * Starts the embedded server unless a URL is given, brings the schema up to date, and connects.
 * @throws DatabaseStartError, MigrationError or DatabaseError, with nothing left running.
 */
export async function openStandaloneDatabase(options: StandaloneDatabaseOptions): Promise<PostgresDatabase> {
  const { url: given, dataDir, onUnexpectedEnd, ...database } = options;
  if (given !== undefined) return openPostgresDatabase({ ...database, url: given });
  const server = await EmbeddedPostgres.start({ dataDir, log: options.log, ...(onUnexpectedEnd && { onUnexpectedEnd }) });
  try {
    return await openPostgresDatabase({ ...database, url: server.url, stopServer: () => server.stop() });
  } catch (error) {
    await server.stop();
    throw error;
  }
}
