// The benchmarks there are, and what a command line says to one of them.
// A benchmark is a test/bench/<name>.bench.ts that exports `description` (one line) and `run(options)`, which resolves with its figures;
// figures are a flat object, or `{ figures, rows }` with a table. What it prints on the way goes to stderr, so that --json stays readable.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { load } from '../toolchain/load-typescript.mjs';
import { ROOT } from '../toolchain/swc.mjs';

const FOLDER = join(ROOT, 'test/bench');
const SUFFIX = '.bench.ts';

export function names() {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
}

export function benchmark(name) {
  return load(join(FOLDER, name + SUFFIX));
}

/** `runs=5 --profile cluster --ha` as `{ runs: '5', profile: 'cluster', ha: 'true' }`. */
export function optionsFrom(words) {
  const options = {};
  for (const [index, word] of words.entries()) {
    const [name, value] = word.replace(/^--/, '').split(/=(.*)/s);
    if (value !== undefined) options[name] = value;
    else if (word.startsWith('--')) options[name] = isValue(words[index + 1]) ? words[index + 1] : 'true';
    else if (!isValue(word) || !words[index - 1]?.startsWith('--')) throw new Error(`${word} is no option: write name=value.`);
  }
  return options;
}

const isValue = (word) => word !== undefined && !word.startsWith('--') && !word.includes('=');
