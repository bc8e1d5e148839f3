// Run after `npm install`: adds to package-lock.json the binaries of other platforms that the registry in use did not offer.
// npm leaves them out of the lockfile, and then `npm ci` refuses it ("Missing: ... from lock file"). An entry that names its platform is skipped elsewhere.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './toolchain/swc.mjs';

const FILE = join(ROOT, 'package-lock.json');
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CHIPS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];
/** How some packages spell a system in their names. */
const SPELLINGS = { windows: 'win32', linuxmusl: 'linux' };

/** The system and the processor that a package's name ends in: `@swc/core-linux-x64-gnu` -> linux, x64. */
function platformOf(name) {
  const words = name.split(/[^a-z0-9]+/).map((word) => SPELLINGS[word] ?? word);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = CHIPS.find((chip) => words.includes(chip)) ?? (words.some((word) => /^arm(v\d|eabi)/.test(word)) ? 'arm' : undefined);
  return { ...(cpu && { cpu: [cpu] }), ...(os && { os: [os] }) };
}

/** Where npm would look for a dependency of the package at `path`: beside it, then further out. */
function isLocked(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in packages) return true;
    if (at === '' || !at.includes('node_modules/')) return false;
    if (!at.includes('/node_modules/')) return `node_modules/${name}` in packages;
  }
}

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const added = {};
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(lock.packages, path, name)) continue;
    if (!/^\d/.test(version)) throw new Error(`${path} wants ${name} ${version}, which is no exact version: run npm install with a registry that has it`);
    added[`node_modules/${name}`] = { version, ...platformOf(name), ...(entry.dev && { dev: true }), optional: true };
  }
}
const sorted = Object.entries({ ...lock.packages, ...added }).sort(([one], [other]) => (one < other ? -1 : 1));
if (Object.keys(added).length > 0) writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
console.log(`complete-lockfile: ${Object.keys(added).length} entries added`);
