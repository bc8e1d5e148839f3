// Tells whether the bundle of the web client in dist/apps/web is older than what it is made of.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './swc.mjs';

const SOURCES = ['apps/web', 'libs/client/src', 'libs/contracts/src', 'libs/kernel/src'];
const BUNDLE = join(ROOT, 'dist/apps/web/index.html');

function newestIn(directory) {
  const times = readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules') && !entry.name.includes('.spec.'))
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  return times.reduce((newest, time) => Math.max(newest, time), 0);
}

export function webIsStale() {
  const made = statSync(BUNDLE, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return SOURCES.some((directory) => newestIn(join(ROOT, directory)) > made);
}
