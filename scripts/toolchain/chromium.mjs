// Finds the Chromium that the browser tests drive, or installs it where that is possible without asking anybody.
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './process.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ELSEWHERE = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of a Chromium: `CHROMIUM_PATH` if set, else the first one found. */
export function findChromium() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = [process.env.CHROMIUM_PATH, ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...ELSEWHERE];
  return candidates.find((file) => file && existsSync(file) && isExecutable(file));
}

async function install() {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const packages = ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'];
  // The lists of a fresh image are often empty or old.
  for (const args of [['update'], packages]) {
    const code = await run('apt-get', args, { env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
    if (code !== 0 && args === packages) throw new Error(`apt-get ${args.join(' ')} failed with exit code ${code}.`);
  }
}

/** Makes sure there is a Chromium and resolves with its path. Rejects with the command to run where it may not install one. */
export async function provision() {
  const found = findChromium();
  if (found) return found;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(
      'No Chromium found. On Debian or Ubuntu run: sudo npm run provision (or: sudo apt-get install -y chromium). Elsewhere install Chrome or set CHROMIUM_PATH.',
    );
  }
  await install();
  const installed = findChromium();
  if (!installed) throw new Error('apt-get installed chromium, but no chromium is on the PATH.');
  return installed;
}
