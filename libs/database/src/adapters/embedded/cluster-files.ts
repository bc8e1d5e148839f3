import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chownSync, closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries';
import { DatabaseStartError, startErrorFromOutput } from './database-start-error';
import { asAccount, canWork, type ServerAccount } from './server-account';
import { makeOwnDirectory } from './server-home';
import { messageOf, standardErrorOf } from './system-error';

/** The superuser of an embedded server. */
export const SERVER_USER = 'agent_chat';

const DRAFT_PREFIX = 'initialising-';

/** A complete data directory and its password. */
export interface ClusterFiles {
  readonly data: string;
  readonly password: string;
}

/** Makes the data directory on the first start; on later ones checks that these binaries can open it. */
export async function prepareCluster(home: string, binaries: Binaries, account: ServerAccount | undefined): Promise<ClusterFiles> {
  const data = join(home, 'data');
  try {
    clearDrafts(home);
    if (!existsSync(data)) await initialise(home, data, binaries, account);
    checkOwner(data, account);
    checkVersion(data, binaries.major);
    return { data, password: readPassword(home) };
  } catch (error) {
    throw DatabaseStartError.ofFile(error, home);
  }
}

// Under its final name only once it is complete, so that a process killed in the middle leaves nothing to trip over.
async function initialise(home: string, data: string, binaries: Binaries, account: ServerAccount | undefined): Promise<void> {
  const draft = join(home, `${DRAFT_PREFIX}${randomUUID()}`);
  makeOwnDirectory(draft, account);
  const password = randomBytes(24).toString('base64url');
  const passwordFile = join(draft, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) chownSync(passwordFile, account.uid, account.gid);
  const parameters = ['-D', join(draft, 'data'), '-U', SERVER_USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--no-instructions'];
  // The same order and case rules on every machine, whatever locales it has.
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  try {
    await promisify(execFile)(binaries.initdb, [...parameters, ...locale], { ...asAccount(account), cwd: draft, env: serverEnvironment() });
    writePassword(home, password);
    renameSync(join(draft, 'data'), data);
    syncDirectory(home);
  } catch (error) {
    const said = standardErrorOf(error);
    throw said === undefined ? error : startErrorFromOutput(said === '' ? messageOf(error) : said, home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** What the server's processes get to see: none of this process's secrets, and none of the variables that change what Postgres does. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin', ...(process.platform === 'win32' ? { SystemRoot: 'C:\\Windows' } : {}) };
}

function clearDrafts(home: string): void {
  for (const name of readdirSync(home)) {
    if (!name.startsWith(DRAFT_PREFIX)) continue;
    // An initdb that outlived its parent may still write there: the next start removes the rest.
    try {
      rmSync(join(home, name), { recursive: true, force: true });
    } catch {
      continue;
    }
  }
}

function checkOwner(data: string, account: ServerAccount | undefined): void {
  const expected = account?.uid ?? process.getuid?.();
  const { uid } = statSync(data);
  if (expected !== undefined && uid !== expected) {
    const giveBack = account === undefined ? '' : ` If it is a copy, give it back: chown -R ${account.name} ${data}`;
    throw new DatabaseStartError(
      `${data} belongs to the user ${uid}, but Postgres would run as the user ${expected}.`,
      `Start as the user who made it, or set DATA_DIR to another directory.${giveBack}`,
    );
  }
  if (canWork(account, data)) return;
  throw new DatabaseStartError(
    `The user ${account?.name ?? ''}, whom Postgres runs as, can't enter ${data} any more.`,
    'Let every user enter the directories above it (chmod o+x), or set DATA_DIR to another directory.',
  );
}

function checkVersion(data: string, major: number): void {
  const path = join(data, 'PG_VERSION');
  if (!existsSync(path)) {
    throw new DatabaseStartError(`${data} holds no complete Postgres database.`, 'Restore it from a backup, or set DATA_DIR to an empty directory.');
  }
  const found = readFileSync(path, 'utf8').trim();
  if (found === String(major)) return;
  throw new DatabaseStartError(
    `${data} was made by Postgres ${found}, and this release brings Postgres ${major}.`,
    `Start the release that made it and move the data by dump and restore, or set DATABASE_URL to a Postgres ${found}.`,
  );
}

function writePassword(home: string, password: string): void {
  const draft = join(home, `password.${randomUUID()}`);
  writeFileSync(draft, password, { mode: 0o600, flush: true });
  renameSync(draft, join(home, 'password'));
}

function readPassword(home: string): string {
  const path = join(home, 'password');
  const password = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  if (password !== '') return password;
  throw new DatabaseStartError(`${path} with the database's password is missing.`, 'Restore it from a backup.');
}

function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
