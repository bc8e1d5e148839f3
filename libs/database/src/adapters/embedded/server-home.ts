import { randomUUID } from 'node:crypto';
import { chmodSync, chownSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseStartError } from './database-start-error';
import { makeDirectories } from './directories';
import { canWork, type ServerAccount } from './server-account';
import { systemFolder } from './system-folder';

const POINTER = 'postgres.location';
const PROBE = 'probe-';
/** No start tries a directory for this long. */
const PROBE_MS = 60_000;

/** The directory that holds one installation's database: lock, password, log and `data`. */
export interface ServerHome {
  readonly path: string;
  /** Whether it lies outside DATA_DIR, because the server's account can't get into that. */
  readonly elsewhere: boolean;
}

/** `DATA_DIR/postgres`; where that is out of the account's reach, a directory that it can reach, named by a file left in DATA_DIR. */
export function prepareHome(dataDir: string, account: ServerAccount | undefined): ServerHome {
  const inside = join(dataDir, 'postgres');
  try {
    // Root's own umask must not close the way to the account. What is secret lies in files and directories of their own mode.
    makeDirectories(dataDir, account === undefined ? 0o700 : 0o755);
    const pointed = readPointer(dataDir);
    removeOldProbes(pointed ?? inside);
    if (pointed !== undefined) return { path: pointed, elsewhere: true };
    if (existsSync(join(inside, 'data')) || makeReachable(inside, account)) return { path: inside, elsewhere: false };
    rmSync(inside, { recursive: true, force: true });
    return { path: moveElsewhere(dataDir, account), elsewhere: true };
  } catch (error) {
    throw DatabaseStartError.ofFile(error, dataDir);
  }
}

/** Makes a directory that belongs to the account and to nobody else. */
export function makeOwnDirectory(path: string, account: ServerAccount | undefined): void {
  mkdirSync(path, { mode: 0o700 });
  chmodSync(path, 0o700);
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}

function makeReachable(home: string, account: ServerAccount | undefined): boolean {
  makeDirectories(home);
  chmodSync(home, account === undefined ? 0o700 : 0o755);
  const probe = join(home, `${PROBE}${randomUUID()}`);
  makeOwnDirectory(probe, account);
  const reachable = canWork(account, probe);
  rmSync(probe, { recursive: true, force: true });
  return reachable;
}

// What a start left that was killed while it tried. A younger one may be another start's, which would think itself shut out without it.
function removeOldProbes(home: string): void {
  if (!existsSync(home)) return;
  const probes = readdirSync(home).filter((name) => name.startsWith(PROBE));
  for (const probe of probes.map((name) => join(home, name))) {
    try {
      // By this process's start and not by a clock: a probe is made after the start of the process that makes it.
      if (statSync(probe).mtimeMs < performance.timeOrigin - PROBE_MS) rmdirSync(probe);
    } catch {
      // It is gone, or there is something in it that is no probe's: no reason not to start.
    }
  }
}

function moveElsewhere(dataDir: string, account: ServerAccount | undefined): string {
  const home = join(systemFolder(), `data-${randomUUID()}`);
  if (!makeReachable(home, account)) {
    throw new DatabaseStartError(
      `Neither ${dataDir} nor ${home} can be entered by the user ${account?.name ?? ''}, whom Postgres runs as.`,
      'Set DATA_DIR to a directory that every user may enter.',
    );
  }
  return agreeOn(dataDir, home);
}

// Of two first starts at once the first to name its place decides, so that both find the same lock.
function agreeOn(dataDir: string, home: string): string {
  const pointer = join(dataDir, POINTER);
  const draft = `${pointer}.${randomUUID()}`;
  writeFileSync(draft, `${home}\n`, { flush: true });
  try {
    linkSync(draft, pointer);
    return home;
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    const agreed = readPointer(dataDir);
    if (agreed === undefined) throw error;
    return agreed;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readPointer(dataDir: string): string | undefined {
  const pointer = join(dataDir, POINTER);
  if (!existsSync(pointer)) return undefined;
  const home = readFileSync(pointer, 'utf8').trim();
  if (existsSync(home)) return home;
  throw new DatabaseStartError(
    `${pointer} says that the database is in ${home}, which does not exist.`,
    `Restore that directory, or remove ${pointer} to start with an empty database.`,
  );
}
