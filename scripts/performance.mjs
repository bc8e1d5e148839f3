// npm run performance [-- <measurement> ...]: takes the figures of docs/performance.md anew, all or those that are named, and writes them into it. `list` names them.
// Each is one command of scripts/performance/measurements.ts; its result is kept in docs/generated/performance, a flame graph in docs/images. Wants the machine for itself.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { load } from './toolchain/load-typescript.mjs';
import { runMain } from './toolchain/run-main.mjs';
import { ROOT } from './toolchain/swc.mjs';

const { MEASUREMENTS, commandOf } = load(join(ROOT, 'scripts/performance/measurements.ts'));
const { RECORDS } = load(join(ROOT, 'scripts/performance/record.ts'));

const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();

/** Resolves with what it printed; what it says on the way goes to our own stderr. */
function run(words) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (piece) => (printed += piece));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(printed) : reject(new Error(`${words.join(' ')} ended with ${code}.`))));
  });
}

/** Of the code that was measured: documents don't count. */
function commit() {
  const isChanged = git('status', '--porcelain', '--', '.', ':!docs') !== '';
  return `${git('rev-parse', '--short=12', 'HEAD')}${isChanged ? ' with changes' : ''}`;
}

function machine() {
  return { processors: availableParallelism(), model: cpus()[0]?.model ?? '', memoryGb: Math.round(totalmem() / 2 ** 30), node: process.version };
}

async function measure(name) {
  console.error(commandOf(name));
  const [script, ...words] = MEASUREMENTS[name].split(' ');
  const result = JSON.parse(await run([`scripts/${script}.mjs`, ...words, '--json']));
  const record = { date: new Date().toISOString().slice(0, 10), commit: commit(), machine: machine(), rows: [], ...result };
  mkdirSync(join(ROOT, RECORDS), { recursive: true });
  writeFileSync(join(ROOT, RECORDS, `${name}.json`), `${JSON.stringify(record, undefined, 2)}\n`);
  if (script !== 'profile') return;
  const folder = join(ROOT, '.data/profile', name.slice('profile-'.length));
  copyFileSync(join(folder, 'flame.svg'), join(ROOT, 'docs/images', `flame-${name.slice('profile-'.length)}.svg`));
}

async function main(wanted) {
  if (wanted[0] === 'list') {
    for (const name of Object.keys(MEASUREMENTS)) console.log(`${name.padEnd(24)}${commandOf(name)}`);
    return;
  }
  const unknown = wanted.filter((name) => !(name in MEASUREMENTS));
  if (unknown.length > 0) throw new Error(`There is no measurement ${unknown.join(', ')}; there are ${Object.keys(MEASUREMENTS).join(', ')}.`);
  for (const name of wanted.length > 0 ? wanted : Object.keys(MEASUREMENTS)) await measure(name);
  process.stdout.write(await run(['scripts/docs.mjs']));
}

await runMain(main);
