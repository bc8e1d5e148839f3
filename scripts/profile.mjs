// npm run profile -- <benchmark> [--json] [name=value | --name value ...]: runs send, fanout or history with V8's profiler in the processes that are measured, for as long
// as is measured, and tells what each stage of a message's way took. Leaves in .data/profile/<benchmark>[-cluster]: flame.svg, stages.json, and the .cpuprofile of each
// process for the tools of a browser. Which code belongs to which stage is declared in scripts/profile/stages.ts.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchmark, names, optionsFrom } from './bench/benchmarks.mjs';
import { compile } from './toolchain/compiler.mjs';
import { load } from './toolchain/load-typescript.mjs';
import { runMain } from './toolchain/run-main.mjs';
import { ROOT } from './toolchain/swc.mjs';

const PROFILED = 'cpuProfile=';

/** Benchmarks that say of themselves that they take `cpuProfile`. */
const profiled = () => names().filter((name) => benchmark(name).description.includes(PROFILED));

async function main([name, ...words]) {
  if (!profiled().includes(name)) throw new Error(`Name one of ${profiled().join(', ')}.`);
  const { json, ...options } = optionsFrom(words);
  const label = options.profile === 'cluster' ? `${name}-cluster` : name;
  const folder = join(ROOT, '.data/profile', label);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await compile();
  const { figures, rows } = await benchmark(name).run({ baseline: 'false', ...options, cpuProfile: folder });
  const { readProfiles, ...texts } = load(join(ROOT, 'scripts/profile/profile-report.ts'));
  const { report, svg } = readProfiles(folder, [name, ...words.filter((word) => word !== '--json')].join(' '));
  const result = { ...report, figures, rows };
  writeFileSync(join(folder, 'flame.svg'), svg);
  writeFileSync(join(folder, 'stages.json'), JSON.stringify(result, null, 2));
  if (json) console.log(JSON.stringify(result, null, 2));
  else print(result, texts, folder);
}

function print({ units, processes, rows }, { STAGE_TEXTS, OWNERS, sumOf }, folder) {
  const counts = Object.entries(units);
  const [unit] = counts[0];
  console.table(rows);
  const parts = processes.map(({ part }) => part);
  const table = (names, pick) => {
    const present = names.filter((each) => processes.some((process) => pick(process)[each] !== undefined));
    const lines = present.map((each) => [each, Object.fromEntries(processes.map((process, index) => [parts[index], pick(process)[each] ?? 0]))]);
    console.table(
      Object.fromEntries([...lines, ['main thread', Object.fromEntries(processes.map((process, index) => [parts[index], sumOf(pick(process)).toFixed(1)]))]]),
    );
  };
  console.log(`Microseconds a ${unit} by stage (${counts.map(([each, count]) => `${count} of ${each}`).join(', ')}):`);
  table(
    STAGE_TEXTS.map(({ name }) => name),
    ({ stages }) => stages,
  );
  console.log('By whose code ran:');
  table(OWNERS, ({ owners }) => owners);
  for (const { part, otherThreads, heaviest, unattributed } of processes) {
    const list = (functions) => {
      for (const { micros, stage, place } of functions) console.log(`  ${micros.toFixed(2).padStart(6)}  ${place} (${stage})`);
    };
    console.log(`${part}: ${otherThreads} more on other threads. The heaviest functions by themselves:`);
    list(heaviest);
    console.log('  Of no stage:');
    list(unattributed);
  }
  console.log(`Written: ${folder}`);
}

await runMain(main);
