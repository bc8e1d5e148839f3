// Finds the Chromium that the browser tests drive, or installs it where that is possible without asking anybody.
import { findProgram, installPackages, isExecutable, mayInstall } from '../servers/programs.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ELSEWHERE = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];

/** The path of a Chromium: `CHROMIUM_PATH` if set, else the first one found. */
function findChromium() {
  return [process.env.CHROMIUM_PATH, findProgram(NAMES), ...ELSEWHERE].find((file) => file && isExecutable(file));
}

/** Makes sure there is a Chromium and resolves with its path. Rejects with the command to run where it may not install one. */
export async function provision() {
  const found = findChromium();
  if (found) return found;
  if (!mayInstall()) {
    throw new Error(
      'No Chromium found. On Debian or Ubuntu run: sudo npm run provision (or: sudo apt-get install -y chromium). Elsewhere install Chrome or set CHROMIUM_PATH.',
    );
  }
  await installPackages(['chromium', 'fonts-liberation']);
  const installed = findChromium();
  if (!installed) throw new Error('apt-get installed chromium, but no chromium is on the PATH.');
  return installed;
}
