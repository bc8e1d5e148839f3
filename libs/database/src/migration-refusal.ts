import { FIRST_DATABASE } from './first-database';
import { MigrationError } from './migration-error';

const WRONG_LOGIN = new Set(['28P01', '28000']);
const NO_SUCH_DATABASE = '3D000';
const NOT_PERMITTED = '42501';
// Going away or coming up, out of connections, a standby, a lock that another holds.
const PASSING = /^(08|53|55|57|40|25006)/;

/** What the operator is told when a database can't be reached, or can't be brought up to date. */
export function migrationRefusal(error: unknown, database: string): MigrationError {
  if (error instanceof MigrationError) return error;
  const setting = settingOf(database);
  const reason = messageOf(error);
  const state = sqlStateOf(error);
  if (isWrongLogin(error, state)) return new MigrationError(`Postgres refuses the user or the password of ${setting} (${reason}): correct them.`, error);
  if (state === undefined) {
    return new MigrationError(`Postgres cannot be reached: ${reason}. Check ${setting}, and that the server it names is running.`, error, 'away');
  }
  if (state === NO_SUCH_DATABASE) return new MigrationError(`Postgres has no such database (${reason}): create it, or correct ${setting}.`, error);
  if (state === NOT_PERMITTED) {
    const message = `The schema of ${database} is not up to date, and the user of ${setting} may not change it (${reason}): run the migrations (dist/apps/migrate/main.js) as one who may.`;
    return new MigrationError(message, error, 'behind');
  }
  return new MigrationError(`The schema of ${database} could not be brought up to date: ${reason}`, error, PASSING.test(state) ? 'away' : 'refused');
}

/** Whether the failure of a statement says nothing against the statement. */
export function isNoFaultOfStatement(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === undefined || state === NOT_PERMITTED || PASSING.test(state);
}

// A pooler that checks passwords has a code of its own, and a missing one is the driver's complaint.
function isWrongLogin(error: unknown, state: string | undefined): boolean {
  if (state !== undefined && WRONG_LOGIN.has(state)) return true;
  return (state === undefined || state.startsWith('08')) && error instanceof Error && /password|authentication failed/i.test(error.message);
}

function settingOf(database: string): string {
  return database === FIRST_DATABASE ? 'DATABASE_URL' : `SHARD_DATABASES (${database})`;
}

export function messageOf(error: unknown): string {
  // Several addresses that all refused (`localhost` is two) have one code and no message.
  return error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
}

function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && 'severity' in error && 'code' in error ? String(error.code) : undefined;
}
