// npm run bench -- <name> [--json] [name=value ...]: runs one benchmark of test/bench. `list` prints them all.
// A benchmark is a test/bench/<name>.bench.ts that exports `description` (one line) and `run(options)`, which resolves with its figures;
// figures are a flat object, or `{ figures, rows }` with a table. What it prints on the way goes to stderr, so that --json stays readable.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from './toolchain/compiler.mjs';
import { load } from './toolchain/load-typescript.mjs';
import { ROOT } from './toolchain/swc.mjs';

const FOLDER = join(ROOT, 'test/bench');
const SUFFIX = '.bench.ts';

function names() {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
}

function benchmark(name) {
  return load(join(FOLDER, name + SUFFIX));
}

/** `runs=5 rate=200` as `{ runs: '5', rate: '200' }`. */
function optionsFrom(args) {
  return Object.fromEntries(args.filter((arg) => arg.includes('=')).map((arg) => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]));
}

/** A benchmark's line in the list: one that cannot be loaded hides no other. */
function describe(name) {
  try {
    return benchmark(name).description;
  } catch (error) {
    return `cannot be loaded: ${error.message.split('\n')[0]}`;
  }
}

function print(name, { figures, rows }) {
  console.log(`${name}: ${benchmark(name).description}`);
  const width = Math.max(...Object.keys(figures).map((key) => key.length));
  for (const [key, value] of Object.entries(figures)) console.log(`  ${key.padEnd(width)}  ${value}`);
  if (rows?.length > 0) console.table(rows);
}

async function main([name, ...args]) {
  if (name === undefined || name === 'list') {
    for (const known of names()) console.log(`${known.padEnd(20)}${describe(known)}`);
    return;
  }
  if (!names().includes(name)) throw new Error(`There is no benchmark ${name}; there are ${names().join(', ')}.`);
  await compile();
  const answer = await benchmark(name).run(optionsFrom(args));
  const result = 'figures' in answer ? answer : { figures: answer };
  if (args.includes('--json')) console.log(JSON.stringify({ name, ...result }, null, 2));
  else print(name, result);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error.stack ?? error.message);
  process.exitCode = 1;
}
process.exit(process.exitCode ?? 0);
