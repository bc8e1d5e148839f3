// Finds the programs that servers need, or installs them where that is possible without asking anybody.
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../toolchain/process.mjs';

const USUAL_FOLDERS = ['/usr/bin', '/usr/local/bin', '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/opt/homebrew/sbin'];
const LOCK_POLL_MS = 200;

export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The path of the first of these programs that is on the PATH, in `folders` or in the usual folders. */
export function findProgram(names, folders = []) {
  const places = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...folders, ...USUAL_FOLDERS];
  return names.flatMap((name) => places.map((place) => join(place, name))).find(isExecutable);
}

/** Whether packages can be installed without asking: as root on Debian and its kin. */
export function mayInstall() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/** Installs Debian packages, one run of this at a time on the machine. Its output goes to stderr. */
export async function installPackages(packages) {
  await withLock('/var/lock/agent-chat-packages', async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const options = { env, stdio: ['ignore', process.stderr, 'inherit'] };
    // The lists of a fresh image are often empty or old; a failed update may still leave lists that are good enough.
    await run('apt-get', ['update'], options);
    const code = await run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends', ...packages], options);
    if (code !== 0) throw new Error(`apt-get install ${packages.join(' ')} failed with exit code ${code}.`);
  });
}

/** A folder for what is fetched: `system` fills the machine's, as root; otherwise the user's own. */
export function toolFolder(system = process.getuid?.() === 0) {
  if (system) return '/var/lib/agent-chat-tools';
  return join(process.env.XDG_CACHE_HOME || join(userInfo().homedir, '.cache'), 'agent-chat-tools');
}

function holderIsGone(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    // No file yet: whoever made the folder is about to write it, unless that was long ago.
    if (error.code === 'ENOENT') return Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 5_000;
    return error.code === 'ESRCH';
  }
}

/** Runs `action` while no other process of this machine runs one under the same `lock` (a folder that exists as long as it is held). */
export async function withLock(lock, action) {
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (holderIsGone(lock)) rmSync(lock, { recursive: true, force: true });
      else await delay(LOCK_POLL_MS);
    }
  }
  writeFileSync(join(lock, 'pid'), String(process.pid));
  try {
    return await action();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
