import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseStartError } from './database-start-error';
import { identityOf } from './process-identity';
import { codeOf } from './system-error';

// Longer than a process that took a live lock by mistake needs to give it back (two file operations).
const SETTLE_MS = 30;
const ATTEMPTS = 20;

interface Holder {
  readonly pid: number;
  readonly identity: string;
  readonly nonce: string;
}

/** One process a directory. The lock of a dead process counts for nothing, also when its pid is another's by now. */
export class DirectoryLock {
  private constructor(
    private readonly path: string,
    private readonly nonce: string,
  ) {}

  /** Takes the lock at once or throws `DatabaseStartError` that calls the directory by `shownAs` and names the holder's pid. */
  static async acquire(directory: string, shownAs: string): Promise<DirectoryLock> {
    const path = join(directory, 'lock');
    const own: Holder = { pid: process.pid, identity: identityOf(process.pid) ?? '', nonce: randomUUID() };
    const draft = `${path}.${own.nonce}`;
    writeFileSync(draft, JSON.stringify(own), { mode: 0o600, flush: true });
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (!tryLink(draft, path)) {
          const holder = readHolder(path);
          if (holder !== undefined && isLive(holder)) throw inUse(shownAs, holder);
          displace(path, holder?.nonce);
          continue;
        }
        await delay(SETTLE_MS);
        if (readHolder(path)?.nonce === own.nonce) return new DirectoryLock(path, own.nonce);
      }
    } finally {
      rmSync(draft, { force: true });
    }
    throw new DatabaseStartError(`${path} can't be taken: several processes are starting on it at once.`, 'Start one of them.');
  }

  /** Gives the lock back; safe to call twice. */
  release(): void {
    if (readHolder(this.path)?.nonce === this.nonce) rmSync(this.path, { force: true });
  }
}

function isLive(holder: Holder): boolean {
  return identityOf(holder.pid) === holder.identity;
}

function inUse(shownAs: string, holder: Holder): DatabaseStartError {
  return new DatabaseStartError(`${shownAs} is in use by the running process ${holder.pid}.`, 'Stop that process, or give this one another DATA_DIR.');
}

function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

// Of several processes that find the same dead holder one wins the rename. Another may by then have taken the lock anew: it gets it back,
// and whoever came between is found out by that holder's second look.
function displace(path: string, staleNonce: string | undefined): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readHolder(aside)?.nonce !== staleNonce) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function readHolder(path: string): Holder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, identity, nonce } = value as Record<string, unknown>;
  return typeof pid === 'number' && typeof identity === 'string' && typeof nonce === 'string' ? { pid, identity, nonce } : undefined;
}
