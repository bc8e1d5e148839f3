import { ConfigError, loadConfig, readEnvironment } from '@agent-chat/config';
import { openPostgresDatabase } from '@agent-chat/database/adapters/postgres';
import { endWith } from './end-with';

/**
 * Brings the schemas of all configured databases up to date and ends, for a step before the processes of a release start.
 * They would do the same by themselves: the step tells first, and once, when it can't be done.
 */
export async function runMigrations(): Promise<void> {
  try {
    const { database, partitions } = loadConfig(readEnvironment());
    const { url } = database;
    if (url === undefined) throw new ConfigError([{ setting: 'DATABASE_URL', message: 'must be given: it names the database to bring up to date' }]);
    const opened = await openPostgresDatabase({ ...database, url, partitionCount: partitions, log: say });
    await opened.close();
    say('The schemas are up to date.');
  } catch (error) {
    endWith(error);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
