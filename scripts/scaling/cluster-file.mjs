// What others are told of the running cluster: a file for programs, a table for people. And that there is one at a time.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { load } from '../toolchain/load-typescript.mjs';

const { commandLineOf } = load('./libs/database/src/adapters/embedded/process-identity.ts');

const describe = ({ name, app, pid, port, log }) => ({ name, app, pid, port, log });

/** Whole at any moment: whoever reads it sees the old one or the new one. */
export function writeClusterFile(file, { entry, gateways, nodes }) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify({ entry, gateways, processes: nodes.map(describe) }, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}

export function table(nodes) {
  const rows = [['NAME', 'APP', 'PROCESS', 'PORT', 'LOG'], ...nodes.map(({ name, app, pid, port, log }) => [name, app, String(pid), String(port), log])];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function isLauncher(pid) {
  return commandLineOf(pid)?.includes('scaling.mjs') ?? false;
}

/** Claims `folder` for this process, or throws an error that says who has it. */
export function claim(folder) {
  const file = join(folder, 'launcher.pid');
  mkdirSync(folder, { recursive: true });
  try {
    const holder = Number(readFileSync(file, 'utf8'));
    // One that was killed left its number, which may be another process's by now.
    if (holder !== process.pid && isLauncher(holder))
      throw new Error(`${folder} is in use by the running process ${holder}. Stop that one, or set another DATA_DIR.`);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}
