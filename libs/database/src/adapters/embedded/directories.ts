import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from './system-error';

/**
 * Makes a directory and what is missing above it. One by one, since Node's own recursion tells of a read-only file system as a missing file,
 * and never comes back where a file system takes no directories (as `/proc`).
 */
export function makeDirectories(path: string, mode?: number): void {
  const above = dirname(path);
  if (above !== path && !existsSync(above)) makeDirectories(above, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another start may have made it meanwhile.
    if (codeOf(error) !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}
