import { codeOf, messageOf } from './system-error';

/** The embedded Postgres can't be started. The message says what is wrong and what to do; the caller exits with it. */
export class DatabaseStartError extends Error {
  constructor(problem: string, fix: string, cause?: unknown) {
    super(`${problem} ${fix}`, { cause });
    this.name = 'DatabaseStartError';
  }

  /** An error of the file system in the same words; anything else as it is. */
  static ofFile(error: unknown, path: string): unknown {
    const fix = FIXES.get(codeOf(error) ?? '');
    return fix === undefined ? error : new DatabaseStartError(`${path} can't be used (${messageOf(error)}).`, fix, error);
  }
}

const FREE_SPACE = 'Free some space, or set DATA_DIR to a place with more.';
const CHOOSE_WRITABLE = 'Set DATA_DIR to a directory that this user may write to.';

const FIXES: ReadonlyMap<string, string> = new Map([
  ['EACCES', CHOOSE_WRITABLE],
  // What making a directory on a read-only file system comes back with.
  ['ENOENT', CHOOSE_WRITABLE],
  ['EPERM', CHOOSE_WRITABLE],
  ['EROFS', CHOOSE_WRITABLE],
  ['ENOTDIR', CHOOSE_WRITABLE],
  ['EEXIST', CHOOSE_WRITABLE],
  ['EISDIR', CHOOSE_WRITABLE],
  ['ENOSPC', FREE_SPACE],
  ['EDQUOT', FREE_SPACE],
]);

/** What Postgres wrote before it gave up, as an error with a fix. */
export function startErrorFromOutput(output: string, path: string): DatabaseStartError {
  const lines = output
    .trim()
    .split('\n')
    .map((line) => line.replace(/^[\d-]+ [\d:.]+ UTC \[\d+\] /, '').trim());
  const telling = lines.filter((line) => /FATAL|PANIC|error|could not|invalid/i.test(line)).slice(-3);
  const said = (telling.length > 0 ? telling : lines.slice(-3)).join(' ');
  const problem = `Postgres did not start on ${path}: ${said === '' ? 'it said nothing' : said.replace(/\.$/, '')}.`;
  if (/No space left|Disk quota/i.test(output)) return new DatabaseStartError(problem, FREE_SPACE);
  if (/Read-only file system|Permission denied/i.test(output)) return new DatabaseStartError(problem, CHOOSE_WRITABLE);
  if (/look up effective user/i.test(output)) {
    return new DatabaseStartError(problem, 'Run as a user that has an entry in /etc/passwd, or set DATABASE_URL to use another Postgres.');
  }
  if (/could not (map|create) shared memory|Cannot allocate memory/i.test(output)) {
    return new DatabaseStartError(problem, 'Give this process more memory: the database needs about 400 MB.');
  }
  return new DatabaseStartError(problem, 'Correct that, restore the directory from a backup, or set DATABASE_URL to use another Postgres.');
}
