// npm run bench -- <name> --compare <commit> [--runs 2] ...: the same benchmark in this tree and in another commit's, in turn on one machine.
// The order turns round with each pair (this, other, other, this), so that a machine that slows down or warms up favours neither.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../toolchain/swc.mjs';
import { medianOf, ratios } from './ratios.mjs';

const DEFAULT_RUNS = 2;

/** Resolves with the commit's name and, for each figure that is a number in both: the medians and their ratio. */
export async function compare(name, { compare: commit, runs: wanted = DEFAULT_RUNS, ...options }) {
  const runs = Number(wanted);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs takes a whole number from 1 on, not ${wanted}.`);
  const sha = git('rev-parse', '--verify', '--quiet', `${commit}^{commit}`);
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-compare-'));
  const other = join(folder, 'tree');
  git('worktree', 'add', '--quiet', '--detach', other, sha);
  try {
    await bringPackages(other);
    const figures = { here: [], there: [] };
    for (let run = 0; run < runs; run++) {
      for (const side of run % 2 === 0 ? ['here', 'there'] : ['there', 'here']) {
        console.error(`run ${run + 1} of ${runs}, ${side === 'here' ? 'this tree' : sha.slice(0, 12)}`);
        figures[side].push(await measure(side === 'here' ? ROOT : other, name, options));
      }
    }
    return { commit: sha.slice(0, 12), runs, rows: ratios(medianOf(figures.here), medianOf(figures.there)) };
  } finally {
    git('worktree', 'remove', '--force', other);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The packages of this tree where both want the same ones; else its own. */
async function bringPackages(tree) {
  const lock = (folder) => readFileSync(join(folder, 'package-lock.json'), 'utf8');
  if (lock(tree) === lock(ROOT)) symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  else await run('npm', ['ci', '--no-audit', '--no-fund'], tree);
}

async function measure(tree, name, options) {
  const words = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  const printed = await run(process.execPath, [join(tree, 'scripts/bench.mjs'), name, '--json', ...words], tree);
  return JSON.parse(printed).figures;
}

/** Resolves with what it printed; what it says goes on to our own stderr. */
function run(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (piece) => (printed += piece));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(printed) : reject(new Error(`${command} ${args.join(' ')} in ${cwd} ended with ${code}.`))));
  });
}

function git(...args) {
  try {
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  } catch (error) {
    throw new Error(`git ${args.join(' ')}: ${error.stderr?.trim() || 'there is no such commit here'}.`);
  }
}
