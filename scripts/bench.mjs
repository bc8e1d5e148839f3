// npm run bench -- <name> [--json] [--compare <commit> [--runs N]] [name=value | --name value ...]: runs one benchmark of test/bench. `list` prints them all.
// With `--compare` it runs in turn here and in that commit's tree, and the ratios of the figures are printed.
import { benchmark, names, optionsFrom } from './bench/benchmarks.mjs';
import { compare } from './bench/compare.mjs';
import { compile } from './toolchain/compiler.mjs';
import { runMain } from './toolchain/run-main.mjs';

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

function printComparison(name, { commit, runs, rows }) {
  console.log(`${name}: this tree beside ${commit}, medians of ${runs} ${runs === 1 ? 'run' : 'runs'} each`);
  console.table(Object.fromEntries(rows.map(({ figure, ...row }) => [figure, { ...row, ratio: row.ratio ?? '' }])));
}

async function main([name, ...args]) {
  if (name === undefined || name === 'list') {
    for (const known of names()) console.log(`${known.padEnd(20)}${describe(known)}`);
    return;
  }
  if (!names().includes(name)) throw new Error(`There is no benchmark ${name}; there are ${names().join(', ')}.`);
  await compile();
  const { json, ...options } = optionsFrom(args);
  if (options.compare !== undefined) {
    const comparison = await compare(name, options);
    if (json) console.log(JSON.stringify({ name, ...comparison }, null, 2));
    else printComparison(name, comparison);
    return;
  }
  const answer = await benchmark(name).run(options);
  const result = 'figures' in answer ? answer : { figures: answer };
  if (json) console.log(JSON.stringify({ name, ...result }, null, 2));
  else print(name, result);
}

await runMain(main);
