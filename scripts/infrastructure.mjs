// npm run test:infrastructure: the whole fault suite, on real servers. -- [--minutes N | --rounds N] [--seed S] [--clients N] [--storm N] [--record] [<file> ...]
// After every named fault come faults at random, for so many rounds or minutes, from a seed that is printed. `--record` keeps the figures in
// docs/generated/proof.json, of which docs/proof.md is made (npm run docs:scaling). Files limit it to the spec files that are called so.
// npm run soak: faults at random alone, for an hour unless told otherwise; `--record` keeps its sums in docs/generated/soak.json.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { provision as provisionClocks } from './servers/clocks.mjs';
import { provision as provisionEtcd } from './servers/etcd.mjs';
import { provision as provisionKafka } from './servers/kafka.mjs';
import { provision as provisionNginx } from './servers/nginx.mjs';
import { provision as provisionPatroni } from './servers/patroni.mjs';
import { provision as provisionRedis } from './servers/redis.mjs';
import { provision as provisionToxiproxy } from './servers/toxiproxy.mjs';
import { runNode, tool } from './toolchain/process.mjs';
import { ROOT } from './toolchain/swc.mjs';

const REPORTS = join(ROOT, 'test-output/faults');
const RECORDS = join(ROOT, 'docs/generated');
const SOAK_MINUTES = '60';
const NUMBERS = ['minutes', 'rounds', 'seed', 'clients', 'storm'];

function settings() {
  const asText = Object.fromEntries(NUMBERS.map((name) => [name, { type: 'string' }]));
  const { values, positionals: files } = parseArgs({
    options: { ...asText, record: { type: 'boolean' }, soak: { type: 'boolean' } },
    allowPositionals: true,
  });
  const wrong = NUMBERS.find((name) => values[name] !== undefined && !/^\d+(\.\d+)?$/.test(values[name]));
  if (wrong) throw new Error(`--${wrong} takes a number, not ${values[wrong]}.`);
  values.seed ??= String(Math.floor(Math.random() * 2 ** 31));
  if (values.soak && values.rounds === undefined) values.minutes ??= SOAK_MINUTES;
  const env = Object.fromEntries(NUMBERS.filter((name) => values[name]).map((name) => [`FAULT_${name.toUpperCase()}`, values[name]]));
  return { env, seed: Number(values.seed), record: values.record, isSoak: values.soak, files: files.length > 0 ? files : usual(values.soak) };
}

function usual(isSoak) {
  return isSoak ? ['test/infrastructure/rounds'] : ['test/infrastructure/', 'test/faults/cluster-'];
}

async function prepare() {
  await provisionRedis();
  await provisionKafka();
  await provisionNginx();
  await provisionEtcd();
  await provisionPatroni();
  await provisionToxiproxy();
  await provisionClocks();
  if ((await runNode(['scripts/build.mjs'])) !== 0) throw new Error('scripts/build.mjs failed.');
}

function reports() {
  if (!existsSync(REPORTS)) return [];
  return readdirSync(REPORTS)
    .sort()
    .flatMap((file) => JSON.parse(readFileSync(join(REPORTS, file), 'utf8')));
}

function summary(faults) {
  const sum = (key) => faults.reduce((total, fault) => total + fault[key], 0);
  return Object.fromEntries(['acknowledged', 'checked', 'lost', 'duplicated', 'reordered', 'resyncs', 'behind'].map((key) => [key, sum(key)]));
}

function keep(file, figures) {
  const commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  const machine = { processors: availableParallelism(), memoryGb: Math.round(totalmem() / 2 ** 30), node: process.version };
  writeFileSync(join(RECORDS, file), `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), commit, machine, seed, ...figures }, undefined, 2)}\n`);
}

function recordProof(faults) {
  keep('proof.json', { total: summary(faults), faults: faults.map(({ examples: _examples, ...figure }) => figure) });
}

function recordSoak(faults) {
  const recoveryMs = Math.max(...faults.map(({ recoveredMs, firstAckMs }) => recoveredMs ?? firstAckMs));
  const stallMs = Math.max(...faults.map(({ longestStallMs }) => longestStallMs));
  const minutes = Math.round((performance.now() - startedMs) / 60_000);
  keep('soak.json', { minutes, faults: faults.length, total: summary(faults), recoveryMs, longestStallMs: stallMs });
}

const { env, seed, record, isSoak, files } = settings();
rmSync(REPORTS, { recursive: true, force: true });
await prepare();
console.log(`Seed of the faults at random: ${seed}`);
const startedMs = performance.now();
const suites = ['--selectProjects', 'infrastructure', 'faults', '--runInBand', ...files];
const code = await runNode([tool('jest', 'bin/jest.js'), ...suites], { env: { ...process.env, ...env } });
const faults = reports();
console.log(`${faults.length} faults: ${JSON.stringify(summary(faults))}`);
if (code === 0 && record) (isSoak ? recordSoak : recordProof)(faults);
process.exitCode = code;
