// Servers that are built from their Go modules.
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../toolchain/process.mjs';
import { findProgram, isExecutable, toolFolder, withLock } from './programs.mjs';

const GO_FOLDERS = ['/usr/local/go/bin', '/usr/lib/go/bin'];

function built(name, folder = toolFolder()) {
  return join(folder, 'bin', name);
}

/** The path of a program that is on the PATH, or was built here before; undefined where there is none. */
export function findGoProgram(name) {
  return findProgram([name]) ?? [built(name, toolFolder(true)), built(name, toolFolder(false))].find(isExecutable);
}

/** The program appears only when it is complete. */
async function build(go, { name, module, binary }) {
  const target = built(name);
  await withLock(`${target}.lock`, async () => {
    if (isExecutable(target)) return;
    mkdirSync(dirname(target), { recursive: true });
    const work = mkdtempSync(join(dirname(target), 'building-'));
    try {
      const code = await run(go, ['install', module], { env: { ...process.env, GOBIN: work }, cwd: work, stdio: ['ignore', process.stderr, 'inherit'] });
      if (code !== 0) throw new Error(`go install ${module} failed with exit code ${code}. It needs a proxy for Go modules within reach.`);
      renameSync(join(work, binary), target);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

/**
 * Makes sure there is the program `name`, which `go install` makes of `module` under the name `binary`, and resolves with its path. Rejects with the
 * commands to run where it can't build one. Safe to run twice at once.
 */
export async function provisionGoProgram({ name, module, binary = name }) {
  const found = findGoProgram(name);
  if (found) return found;
  const go = findProgram(['go'], GO_FOLDERS);
  if (!go) {
    throw new Error(
      `No ${name} found, and no Go to build it with. Install Go, then run: npm run provision (or: GOBIN=/tmp go install ${module} && sudo mv /tmp/${binary} /usr/local/bin/${name})`,
    );
  }
  await build(go, { name, module, binary });
  return findGoProgram(name);
}
