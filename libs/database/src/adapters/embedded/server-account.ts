import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { DatabaseStartError } from './database-start-error';

/** The user that the server runs as, where it isn't this process's own. */
export interface ServerAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root. As root: the user postgres, made if it is missing, else nobody. Otherwise undefined: this user itself. */
export function serverAccount(): ServerAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const account = find('postgres') ?? create() ?? find('nobody');
  if (account !== undefined) return account;
  throw new DatabaseStartError(
    'Postgres refuses to run as root, and there is no other user.',
    'Add a user postgres, start as an ordinary user, or set DATABASE_URL.',
  );
}

/** What a child process of that account is started with. */
export function asAccount(account: ServerAccount | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

/** Whether the account may enter and write to a directory: tried, because modes alone don't tell. */
export function canWork(account: ServerAccount | undefined, directory: string): boolean {
  if (account === undefined) return true;
  const probe = spawnSync('/bin/sh', ['-c', 'cd -- "$1" && test -w .', 'sh', directory], { ...asAccount(account), cwd: '/', stdio: 'ignore' });
  return probe.status === 0;
}

function create(): ServerAccount | undefined {
  spawnSync('useradd', ['--system', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin', 'postgres'], { stdio: 'ignore' });
  return find('postgres');
}

// initdb looks its user up, so one without an entry won't do.
function find(name: string): ServerAccount | undefined {
  const line = readPasswd().find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  const account = { name, uid: Number(uid), gid: Number(gid) };
  return account.uid > 0 && Number.isInteger(account.gid) ? account : undefined;
}

function readPasswd(): string[] {
  try {
    return readFileSync('/etc/passwd', 'utf8').split('\n');
  } catch {
    return [];
  }
}
