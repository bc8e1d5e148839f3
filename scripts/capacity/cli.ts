import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Costs, CostsSchema, unknownDimensions } from './costs';
import { fitCosts, type Prediction, predictions } from './fit';
import { GROWTH_FILE, GrowthRecordSchema } from './growth-record';
import { plan } from './plan';
import { printPlan, printSimulation, textTable } from './print';
import { DEFAULT_PRICES, type Prices, PricesSchema } from './prices';
import { RECORDED_SIMULATION_FILE, RecordedSimulationSchema } from './simulation/recorded-simulation';
import { simulate } from './simulation/simulate';
import { readWorkload, WorkloadSchema } from './workload';

const ROOT = resolve(__dirname, '../..');
const COSTS_FILE = 'scripts/capacity/fitted-costs.json';
/** How far a point that was kept back may lie from its prediction. */
export const TOLERANCE = 0.2;

/** Something that whoever called can mend. */
export class Mistake extends Error {}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const NAMES = Object.keys(WorkloadSchema.shape) as (keyof typeof WorkloadSchema.shape)[];

const SimulationSchema = z.strictObject({
  nodes: z.coerce.number().int().min(5).max(5_000).default(100),
  partitions: z.coerce.number().int().min(1).max(4_096).default(4_096),
  rooms: z.coerce.number().int().min(1).max(1_000_000).optional(),
  members: z.coerce.number().int().min(1).max(1_000).default(10),
  messages: z.coerce.number().int().min(1).max(10_000_000).default(20_000),
  seed: z.coerce.number().int().min(0).default(1),
});

export function usage(): string {
  const line = (name: (typeof NAMES)[number]): string => {
    const schema = WorkloadSchema.shape[name];
    const fallback = schema.safeParse(undefined).data;
    return `  --${`${kebab(name)} <n>`.padEnd(30)}${schema.description ?? ''}${fallback === undefined ? '' : ` (${fallback.toLocaleString('en-US')})`}`;
  };
  return `Usage: npm run capacity -- [--users <n>] [--messages-per-minute <n>] [options]
       npm run capacity -- --simulate nodes=1000,partitions=4096
       npm run capacity -- --fit | --check

How much of what an installation takes, and what that costs, by costs that were measured: docs/capacity.md says how.

${NAMES.map(line).join('\n')}
  --prices <file>                 prices as in scripts/capacity/default-prices.json
  --json                          the whole plan, or the simulation, as JSON

  --simulate <name=n,...>         a cluster of so many nodes through start, growth, loss of a tenth and a roll-out, by the code that shares partitions out and
                                  routes events: nodes, partitions, rooms, members, messages, seed
  --record                        keeps the simulation in docs/generated, for docs/capacity.md
  --fit                           fits the costs anew to docs/generated/growth.json, which \`npm run bench -- growth record=true\` writes
  --check                         the predictions of the points that were kept back from the fit; ends with 1 if one is off by more than ${String(TOLERANCE * 100)}%`;
}

/** Runs a command line; answers the exit code. Throws `Mistake`. */
export async function run(words: readonly string[], print: (text: string) => void): Promise<number> {
  const values = parsed(words);
  if (values['help'] === true) print(usage());
  else if (values['fit'] === true) print(await fit());
  else if (values['check'] === true) return check(print);
  else if (typeof values['simulate'] === 'string') await runSimulation(values['simulate'], values, print);
  else runPlan(values, print);
  return 0;
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function parsed(words: readonly string[]): Values {
  const flags = Object.fromEntries(['json', 'record', 'fit', 'check', 'help'].map((name) => [name, { type: 'boolean' as const }]));
  const texts = Object.fromEntries([...NAMES.map(kebab), 'prices', 'simulate'].map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...words], options: { ...flags, ...texts } }).values;
  } catch (error) {
    throw new Mistake(`${(error as Error).message}\n\n${usage()}`);
  }
}

/** What a schema makes of it; throws a `Mistake` with one line for each thing that is wrong, by the name under which it was given. */
function understood<Schema extends z.ZodType>(schema: Schema, given: unknown, nameOf: (path: string) => string): z.infer<Schema> {
  const { success, data, error } = schema.safeParse(given);
  if (success) return data;
  throw new Mistake(error.issues.map(({ path, message }) => `${nameOf(path.join('.'))}: ${message}`).join('\n'));
}

function runPlan(values: Values, print: (text: string) => void): void {
  const given = Object.fromEntries(NAMES.flatMap((name) => (values[kebab(name)] === undefined ? [] : [[name, values[kebab(name)]]])));
  understood(WorkloadSchema, given, (path) => `--${kebab(path)}`);
  const prices = typeof values['prices'] === 'string' ? readPrices(values['prices']) : DEFAULT_PRICES;
  const costs = readCosts();
  const made = plan(readWorkload(given), costs, prices);
  const unknown = unknownDimensions(costs);
  if (values['json'] === true) return print(JSON.stringify({ ...made, prices, notMeasured: unknown }, null, 2));
  print(printPlan(made, prices));
  if (unknown.length > 0) print(`\nNot measured, and so counted as costing nothing: what grows with ${unknown.join(', ')}.`);
}

function readPrices(file: string): Prices {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Mistake(`--prices: ${(error as Error).message}`);
  }
  return understood(PricesSchema, content, (path) => `--prices, ${path}`);
}

async function runSimulation(words: string, { json, record }: Values, print: (text: string) => void): Promise<void> {
  const given = Object.fromEntries(words.split(',').map((word) => word.split('=') as [string, string]));
  const { rooms, ...options } = understood(SimulationSchema, given, (path) => `--simulate, ${path}`);
  const result = await simulate({ ...options, rooms: rooms ?? options.nodes * 20 });
  print(json === true ? JSON.stringify(result, null, 2) : printSimulation(result));
  if (record !== true) return;
  const commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: ROOT }).toString().trim();
  const source = { commit, date: new Date().toISOString().slice(0, 10) };
  await write(RECORDED_SIMULATION_FILE, RecordedSimulationSchema.parse({ source, result }));
}

/** What `npm run bench -- growth` recorded. */
export function readGrowth(): z.infer<typeof GrowthRecordSchema> {
  const path = join(ROOT, GROWTH_FILE);
  if (!existsSync(path)) throw new Mistake(`${GROWTH_FILE} is missing: npm run bench -- growth record=true`);
  return GrowthRecordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

export function readCosts(): Costs {
  return CostsSchema.parse(JSON.parse(readFileSync(join(ROOT, COSTS_FILE), 'utf8')));
}

async function fit(): Promise<string> {
  await write(COSTS_FILE, fitCosts(readGrowth()));
  return `wrote ${COSTS_FILE}`;
}

async function write(path: string, content: object): Promise<void> {
  // It loads its ES modules as soon as it is required, which only who writes has to bear.
  const { format } = await import('prettier');
  writeFileSync(join(ROOT, path), await format(JSON.stringify(content), { parser: 'json', printWidth: 160 }));
}

function check(print: (text: string) => void): number {
  const held = predictions(readGrowth(), readCosts()).filter(({ isHeldOut }) => isHeldOut);
  print(textTable(['point', 'measured cores', 'predicted', 'error', 'gateway MB', 'predicted', 'error'], held.map(checkRow)));
  const off = held.filter(({ cores }) => Math.abs(cores.error) > TOLERANCE);
  print(
    `\n${String(held.length - off.length)} of ${String(held.length)} points that were kept back lie within ${String(TOLERANCE * 100)}% of their prediction`,
  );
  return off.length === 0 ? 0 : 1;
}

function checkRow({ point, cores, gatewayMb }: Prediction): string[] {
  const percent = (error: number): string => `${(error * 100).toFixed(0)}%`;
  const place = `${point.dimension} ${point.at.toLocaleString('en-US')}${point.dimension === 'rate' ? ` x ${String(Math.round(point.load.deliveries / point.load.posts))}` : ''}`;
  return [
    place,
    cores.measured.toFixed(3),
    cores.predicted.toFixed(3),
    percent(cores.error),
    gatewayMb.measured.toFixed(0),
    gatewayMb.predicted.toFixed(0),
    percent(gatewayMb.error),
  ];
}
