// npm test: provisions what is missing, builds, runs every suite and prints a line a suite. The last line is `N passed, N failed`.
// Fails if a test fails, if a suite cannot run, or if a suite ran no test. `npm test -- unit e2e` runs only these suites.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { provision as provisionKafka } from './servers/kafka.mjs';
import { provision as provisionNginx } from './servers/nginx.mjs';
import { provision as provisionPgBouncer } from './servers/pgbouncer.mjs';
import { provision as provisionRedis } from './servers/redis.mjs';
import { provision as provisionS3 } from './servers/s3.mjs';
import { provision } from './toolchain/chromium.mjs';
import { provision as provisionSpin } from './toolchain/spin.mjs';
import { runNode, tool } from './toolchain/process.mjs';
import { ROOT } from './toolchain/swc.mjs';

const OUTPUT = join(ROOT, 'test-output');
const MINUTE_MS = 60_000;
/** What the web client does and how it looks whatever system is behind it. */
const CLIENT_ONLY = ['web-access', 'web-files-never-run', 'web-hostile', 'web-looks', 'web-notices', 'web-pictures', 'web-search', 'web-writing'];
/** Unless it is told, Jest leaves one processor alone. */
const TWO = ['--maxWorkers=2'];
/** Suites that start whole systems get the machine for themselves. One that hangs is ended, and counts as failed. */
const SUITES = {
  unit: { args: [], limitMs: 5 * MINUTE_MS },
  spec: { args: [], limitMs: 5 * MINUTE_MS },
  contract: { args: TWO, limitMs: 12 * MINUTE_MS },
  medium: { args: TWO, limitMs: 18 * MINUTE_MS },
  e2e: { args: ['--runInBand', '--testPathIgnorePatterns', '/web-'], limitMs: 15 * MINUTE_MS },
  // Browsers wait more than they compute.
  'e2e-web': { project: 'e2e', args: [...TWO, '/web-'], limitMs: 15 * MINUTE_MS },
  'e2e-cluster': {
    project: 'e2e',
    args: ['--runInBand', '--testPathIgnorePatterns', ...CLIENT_ONLY],
    env: { E2E_PROFILE: 'cluster' },
    limitMs: 18 * MINUTE_MS,
  },
  faults: { args: ['--runInBand'], limitMs: 15 * MINUTE_MS },
};

/** What stops a run before any test: told apart from failing tests, but counted as one failure, so that the last line never looks good. */
async function prepare() {
  process.env.CHROMIUM_PATH = await provision();
  await provisionPgBouncer();
  await provisionRedis();
  await provisionKafka();
  await provisionS3();
  await provisionSpin();
  await provisionNginx();
  for (const script of ['scripts/build.mjs', 'scripts/build-web.mjs']) {
    if ((await runNode([script])) !== 0) throw new Error(`${script} failed.`);
  }
}

function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Runs the Jest project of a suite; its result is in `file` then. */
async function runJest(name, file) {
  const { project = name, args, env = {}, limitMs } = SUITES[name];
  return runNode([tool('jest', 'bin/jest.js'), '--selectProjects', project, '--json', '--outputFile', file, ...args], {
    // Jest prints its report on stderr and, because of --json, the result on stdout too.
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
    timeout: limitMs,
  });
}

async function runSuite(name) {
  const file = join(OUTPUT, `${name}.json`);
  const startedAt = performance.now();
  const code = await runJest(name, file);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const result = readResult(file);
  if (result === undefined) return { name, passed: 0, failed: 1, seconds, note: `did not run (exit code ${code})` };
  return { name, seconds, ...verdict(result, code) };
}

/** What a report and the exit code say together. */
function verdict({ numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped, numRuntimeErrorTestSuites: broken }, code) {
  if (passed + failed === 0) return { passed, failed: 1 + broken, note: 'executed no test' };
  const known = failed + broken + skipped;
  const notes = [broken > 0 && `${broken} files did not run`, skipped > 0 && `${skipped} skipped, which counts as failed`];
  // An exit code without a failed test: a leak or a failing teardown. It must not look like success.
  const isOdd = code !== 0 && known === 0;
  if (isOdd) notes.push(`jest ended with exit code ${code}`);
  return { passed, failed: isOdd ? 1 : known, note: notes.filter(Boolean).join(', ') };
}

/** Resolves with how each suite went; those after an interruption don't run, which counts as a failure. */
async function runSuites(names) {
  let isInterrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => (isInterrupted = true));
  const results = [];
  for (const name of names) {
    results.push(isInterrupted ? { name, passed: 0, failed: 1, seconds: 0, note: 'interrupted' } : await runSuite(name));
  }
  return results;
}

async function main() {
  const chosen = process.argv.slice(2);
  const unknown = chosen.filter((name) => !(name in SUITES));
  if (unknown.length > 0) throw new Error(`There is no suite ${unknown.join(', ')}; there are ${Object.keys(SUITES).join(', ')}.`);
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT, { recursive: true });
  await prepare();
  return runSuites(chosen.length > 0 ? chosen : Object.keys(SUITES));
}

let results;
try {
  results = await main();
} catch (error) {
  console.error(error.message);
  results = [{ name: 'preparation', passed: 0, failed: 1, seconds: 0, note: 'no suite ran' }];
}
console.log('');
for (const { name, passed, failed, seconds, note } of results) {
  console.log(`${name.padEnd(12)}${String(passed).padStart(6)} passed${String(failed).padStart(5)} failed${String(seconds).padStart(6)} s  ${note}`.trimEnd());
}
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
