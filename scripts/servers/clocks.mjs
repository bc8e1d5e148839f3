// Clocks that can be set while a process runs: libfaketime, preloaded into it, reads from a file how far the process's clock is off. What measures spans is left alone.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, mayInstall } from './programs.mjs';

const LIBRARY = 'libfaketimeMT.so.1';

/** The library lies in the folder of the machine's kind, as Debian does it, or where others put it. */
function find() {
  const kinds = existsSync('/usr/lib') ? readdirSync('/usr/lib').map((kind) => join('/usr/lib', kind, 'faketime')) : [];
  return [...kinds, '/usr/lib/faketime', '/usr/local/lib/faketime'].map((folder) => join(folder, LIBRARY)).find((file) => existsSync(file));
}

/** Makes sure there is a libfaketime and resolves with its path. Rejects with the command to run where it may not install one. */
export async function provision() {
  const found = find();
  if (found) return found;
  if (!mayInstall()) throw new Error('No libfaketime found. On Debian or Ubuntu run: sudo npm run provision (or: sudo apt-get install -y libfaketime).');
  await installPackages(['libfaketime']);
  const installed = find();
  if (!installed) throw new Error(`apt-get installed libfaketime, but there is no ${LIBRARY} below /usr/lib.`);
  return installed;
}

/** Gives each of the processes `names` a clock of its own, which is right at first. `settings.CLOCKS` names their files; `envOf` answers what a process is given. */
export async function makeClocks(names, folder) {
  if (names.length === 0) return { settings: {}, envOf: () => ({}) };
  const library = await provision();
  mkdirSync(folder, { recursive: true });
  const files = Object.fromEntries(names.map((name) => [name, join(folder, name)]));
  for (const file of Object.values(files)) writeFileSync(file, '+0');
  return {
    settings: { CLOCKS: JSON.stringify(files) },
    envOf: (name) =>
      name in files ? { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: files[name], FAKETIME_CACHE_DURATION: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' } : {},
  };
}
