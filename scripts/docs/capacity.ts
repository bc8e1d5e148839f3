import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Costs, CostsSchema } from '../capacity/costs';
import { amount, type Curve, curvesOf } from '../capacity/curves';
import { MEMORY_UNITS, UNITS, type Unit } from '../capacity/features';
import { type Prediction, predictions } from '../capacity/fit';
import { DIMENSIONS, GROWTH_FILE, type GrowthRecord, GrowthRecordSchema, PARTS } from '../capacity/growth-record';
import { plan } from '../capacity/plan';
import { svgOf } from '../capacity/plot';
import { PLAN_HEADINGS, planRow, STEP_HEADINGS, stepRows } from '../capacity/print';
import { DEFAULT_PRICES } from '../capacity/prices';
import { RECORDED_SIMULATION_FILE, RecordedSimulationSchema } from '../capacity/simulation/recorded-simulation';
import { readWorkload } from '../capacity/workload';

const ROOT = resolve(__dirname, '../..');
/** Without these a plan would leave out most of what it is about. */
const NEEDED = ['rate', 'connections'] as const;
const NOT_RECORDED = 'Not recorded yet:';

interface Document {
  readonly path: string;
  readonly content: string;
}

/** What the recorded points, the costs that were fitted to them, and the recorded simulation say. */
export function generate(): Document[] {
  const read = (path: string): unknown => (existsSync(join(ROOT, path)) ? JSON.parse(readFileSync(join(ROOT, path), 'utf8')) : undefined);
  const growth = read(GROWTH_FILE);
  if (growth === undefined) return [];
  const record = GrowthRecordSchema.parse(growth);
  const costs = CostsSchema.parse(read('scripts/capacity/fitted-costs.json'));
  const curves = curvesOf(record);
  const simulation = read(RECORDED_SIMULATION_FILE);
  const content = [
    introduction(record),
    ...curves.map((curve) => section(curve, record)),
    model(costs),
    held(record, costs),
    ...(NEEDED.every((dimension) => record.sources[dimension] !== undefined) ? [million(costs)] : []),
    simulated(simulation),
    TOUCHED,
  ];
  return [
    { path: 'docs/capacity.md', content: `${content.join('\n\n')}\n` },
    ...curves.map(({ dimension, title, plots }) => ({ path: imageOf(dimension), content: svgOf(plots, title) })),
  ];
}

const imageOf = (dimension: string): string => `docs/generated/growth-${dimension}.svg`;

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function introduction({ sources }: GrowthRecord): string {
  const missing = DIMENSIONS.filter((dimension) => sources[dimension] === undefined);
  const [source] = Object.values(sources);
  if (source === undefined) throw new Error(`${GROWTH_FILE} does not say where it was recorded`);
  const { processors, model: processor, memoryGb, node } = source.machine;
  return `# How cost grows, and what an installation takes

Generated from what \`npm run bench -- growth record=true\` measured (a quarter of an hour; \`dimension=rooms\` for one of them, \`long=true\` for points that take longer) on one
machine with ${String(processors)} processors (${processor}, ${String(memoryGb)} GB, Node ${node}): servers, apps, and the people who write and read share it. CPU is what the
system's own processes took, told apart by part; \`directory\` and \`shards\` are the two Postgres servers, one with people and sessions, one with rooms. _Missing_ counts
messages without an answer and deliveries that did not come. Memory of the apps is what is left after a garbage collection.${missing.length === 0 ? '' : `\n\n${NOT_RECORDED} ${missing.join(', ')}.`}`;
}

function section({ dimension, title, text, headings, rows }: Curve, { sources }: GrowthRecord): string {
  const source = sources[dimension];
  return `## ${title}

${text}

![${title}](${imageOf(dimension).replace('docs/', '')})

${table(headings, rows)}

On ${source?.date ?? ''}, commit \`${source?.commit ?? ''}\`${source?.note === undefined ? '' : `: ${source.note}`}.`;
}

function model({ parts, bytesAMessage }: Costs): string {
  const units = (Object.keys(UNITS) as Unit[]).filter((unit) => PARTS.some((part) => parts[part].cpuMicros[unit] !== undefined));
  const cell = (cost: number | undefined): string => (cost === undefined ? '' : amount(cost));
  const rows = PARTS.map((part) => [part, `${String(parts[part].gatherMs)} ms`, ...units.map((unit) => cell(parts[part].cpuMicros[unit]))]);
  const memoryUnits = (['process', 'connection', 'room'] as const).filter((unit) => PARTS.some((part) => parts[part].memoryKb?.[unit] !== undefined));
  const memory = PARTS.filter((part) => MEMORY_UNITS[part] !== undefined).map((part) => [
    part,
    ...memoryUnits.map((unit) => cell(parts[part].memoryKb?.[unit])),
  ]);
  return `## The model

\`npm run capacity -- --users 1000000 --messages-per-minute 1000000\` says how many of what an installation takes, what that costs, and what is at its bound first; \`--help\` lists
everything that can be said, \`--json\` prints the whole plan.

What a part does is taken to be a sum of what it is asked for, each at a cost, in microseconds of CPU:

${units.map((unit) => `- _${unit}_: ${UNITS[unit]}`).join('\n')}

${table(['', 'gathers', ...units], rows)}

A stage that lets things gather for so long after each time, while they come at random, sets off \`rate / (1 + rate × gathers)\` times a second: that is what _round_ and _envelope_ count, for each chat process, database or gateway by itself. The
costs are those for which the relative errors at every second point of each curve are least, none below zero (\`npm run capacity -- --fit\`); what no point tells apart, such as the processes
of a kind and what they do when there is one of each, lies where it fits best. A message and its event take ${amount(bytesAMessage)} bytes of a database, indexes included.

Memory, in KB:

${table(['', ...memoryUnits], memory)}

Left out: log-ins, storms of reconnects, attachments, search and long reads; each takes processors of its own beside these. A broker that follows is taken to do as much as the one that
leads. Prices are assumptions, round figures of the order of what large providers list (\`scripts/capacity/default-prices.json\`, or \`--prices <file>\`).`;
}

function held(record: GrowthRecord, costs: Costs): string {
  const percent = (error: number): string => `${(error * 100).toFixed(0)} %`;
  const rowOf = ({ point, cores, parts }: Prediction): string[] => {
    const worst = Object.entries(parts).sort(([, one], [, other]) => Math.abs(other.error) - Math.abs(one.error))[0];
    const members = point.dimension === 'rate' ? ` in rooms of ${String(Math.round(point.load.deliveries / point.load.posts))}` : '';
    const ofWorst = worst === undefined ? '' : `${worst[0]}: ${percent(worst[1].error)}`;
    return [`${point.dimension} ${amount(point.at)}${members}`, cores.measured.toFixed(3), cores.predicted.toFixed(3), percent(cores.error), ofWorst];
  };
  const kept = predictions(record, costs).filter(({ isHeldOut }) => isHeldOut);
  const within = kept.filter(({ cores }) => Math.abs(cores.error) <= 0.2).length;
  return `### What it makes of points that it was not fitted to

Every second point of each curve was kept back. Left out, here and in the fit, are points at which the system did not keep up, or kept four fifths of the machine busy: what waits for a processor
gathers longer than the model has it. Processors that the whole system kept busy, measured and predicted, and the part whose prediction is off most, of those that keep at least a
twentieth of a processor busy. ${String(within)} of ${String(kept.length)} lie within 20 % (\`npm run capacity -- --check\`).

${table(['', 'measured', 'predicted', 'error', 'worst part'], kept.map(rowOf))}`;
}

function million(costs: Costs): string {
  const made = plan(readWorkload({}), costs, DEFAULT_PRICES);
  const { load, walls, traffic, monthly, partitions, first } = made;
  return `### A million connections and a million messages a minute

Each message delivered to ten connections, each connection with five rooms open, processors at most half busy, everything else as \`npm run capacity -- --help\` says:

${table(PLAN_HEADINGS, made.parts.map(planRow))}

${amount(partitions)} partitions; ${amount(load.deliveries)} deliveries a second, ${amount(traffic.egressMbitASecond)} Mbit/s to clients, which is ${amount(traffic.monthlyGb)} GB and ${amount(traffic.monthly)} ${DEFAULT_PRICES.currency} a month.
**Altogether ${amount(monthly)} ${DEFAULT_PRICES.currency} a month** by prices of ${DEFAULT_PRICES.asOf}. If the load grows and nothing is added, the first at its bound is **${first.part}**, at ${first.times.toFixed(2)} times this load.

That is far beyond what was measured: costs are taken to stay what they are, on machines that stand beside each other instead of in one.

What more machines of its kind do not widen, in the order in which it is met:

${walls.map(({ what, times, way }) => `- ${what}: at ${amount(times)} times this load; then ${way}`).join('\n')}`;
}

function simulated(recorded: unknown): string {
  if (recorded === undefined) return '';
  const { source, result } = RecordedSimulationSchema.parse(recorded);
  const { plan: planned, chats, gateways, fanOut, memoryMb, seconds } = result;
  return `## A thousand nodes

\`npm run capacity -- --simulate nodes=${String(planned.nodes)},partitions=${String(planned.partitions)}\`: no second model, but the code that runs in a cluster. Members share partitions out by \`assignPartitions\`, with claims and shares in their
encoding; gateways register interest by their registry, owners keep it and dispatch events, gateways that died are forgotten, over a backplane and a query bus in one process's heap. Brokers,
network and databases are left out, and time is a clock that the simulation moves: a heartbeat a generation, a session where somebody died.

${String(chats)} chat processes, ${String(gateways)} gateways, ${amount(planned.partitions)} partitions, ${amount(planned.rooms)} rooms with people at ${String(planned.members)} gateways of chance each, in ${seconds.toFixed(0)} s and ${amount(memoryMb)} MB (${source.date}, commit \`${source.commit}\`):

${table(STEP_HEADINGS, stepRows(result))}

_Generations_ are rounds in which partitions are shared out; _moved_ have another owner than before; _unowned_ is the longest that one of them had none; _leader_ is what one member computes for all, and
_wire_ what all claims and shares take. No partition ever had two owners. Partitions are even to within one; rooms are less so, for few of them lie in each partition.

${told('Before the loss', fanOut.before)} ${told('After it', fanOut.afterLoss)}`;
}

function told(
  when: string,
  { messages, due, arrived, strange, microsAMessage }: { messages: number; due: number; arrived: number; strange: number; microsAMessage: number },
): string {
  return `${when} ${amount(messages)} messages were due at ${amount(due)} gateways: ${amount(arrived)} arrived, ${amount(strange)} elsewhere, at ${amount(microsAMessage)} µs each, owners and gateways together.`;
}

const TOUCHED = `## What each path looks at

Nothing that happens for each message, delivery, subscription or question looks at all rooms, members, connections or processes:

${table(
  ['What happens', 'Looks at'],
  [
    ['A message is decided', 'its room, its author, its key. A room that its owner does not hold (1,000 of each partition stay) is read with its members'],
    ['It is published', 'the gateways that have somebody in the room'],
    ['It is delivered', 'the room’s readers here, in slices of 10 ms'],
    ['A room is opened', 'the room; of those that open it at the same time, the ones whose turn it is'],
    ['Who is typing, who is there', 'the room’s readers here; the watchers of the person here. Presence hears what was opened and closed, not what is open'],
    ['Somebody has another name', 'the gateways that have the person open, each of which reads the profile once; the watchers of the person there'],
    ['A question to another process', 'two processes of chance'],
    ['A page of history', 'an index, at its place'],
  ],
)}

What comes round by itself and looks at everything there is, in proportion to it: each connection's session (3 s) and heartbeat (25 s); signs of life of the people here and of what they
have open, for presence (10 s); the heads of the rooms that are open here and the lists of the people here (30 s). Every process reads the list of processes (2 s): that one grows with the
square of their number, at a thousand of them 500,000 rows a second for the directory database.`;
