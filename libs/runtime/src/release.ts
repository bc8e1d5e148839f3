import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const NAME = 'agent-chat';

/** The release that this process runs, as the repository's `package.json` says; the same from the sources and from `dist`. */
export function releaseVersion(folder = __dirname): string {
  const file = join(folder, 'package.json');
  const { name, version } = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string }) : {};
  if (name === NAME) return version ?? 'unknown';
  const parent = dirname(folder);
  return parent === folder ? 'unknown' : releaseVersion(parent);
}
