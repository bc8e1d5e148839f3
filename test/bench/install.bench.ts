import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const description = 'npm ci from package.json and the lockfile: seconds, size on disk, every package over 20 MB';

const MEGABYTE_BYTES = 1_000_000;
const LARGE_MB = 20;

/** What the files below a folder take on disk, each hard link counted where it lies. */
function sizeBytes(path: string): number {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.blocks * 512;
  return readdirSync(path).reduce((total, name) => total + sizeBytes(join(path, name)), stat.blocks * 512);
}

/** Every installed package: those at the top, those of a scope, and those that lie in another package. */
function packagesIn(modules: string): string[] {
  if (!existsSync(modules)) return [];
  const own = readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => (name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => join(modules, name, inner)) : [join(modules, name)]));
  return own.flatMap((path) => [path, ...packagesIn(join(path, 'node_modules'))]);
}

function megabytes(path: string): number {
  return Math.round(sizeBytes(path) / MEGABYTE_BYTES);
}

/** Installs into an empty folder, as a fresh clone would, from npm's cache where it holds a package. */
export function run(): { figures: Record<string, number>; rows: { package: string; megabytes: number }[] } {
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-install-'));
  try {
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) copyFileSync(file, join(folder, file));
    const startedAt = performance.now();
    const { status } = spawnSync('npm', ['ci'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
    if (status !== 0) throw new Error(`npm ci ended with exit code ${String(status)}`);
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    const modules = join(folder, 'node_modules');
    const paths = packagesIn(modules);
    const rows = paths
      .map((path) => ({ package: path.slice(modules.length + 1), megabytes: megabytes(path) }))
      .filter((row) => row.megabytes > LARGE_MB)
      .sort((one, other) => other.megabytes - one.megabytes);
    return { figures: { seconds, packages: paths.length, megabytes: megabytes(modules) }, rows };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
