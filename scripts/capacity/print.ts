import { type Plan, type PlannedPart } from './plan';
import { type Prices } from './prices';
import { type SimulationResult } from './simulation/simulate';

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const short = (value: number): string => (value >= 100 ? whole(value) : String(Number(value.toPrecision(2))));

/** Columns as wide as what is in them; the first to the left, the others to the right. */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

export const PLAN_HEADINGS = ['part', 'count', 'cores each', 'GB each', 'disk GB each', 'busy cores', 'bound by', 'a month'] as const;

export function planRow({ part, count, standbys, cores, memoryGb, diskGb, busyCores, because, monthly }: PlannedPart): string[] {
  const standby = standbys === 0 ? '' : ` + ${String(count * standbys)} standby`;
  return [part, `${String(count)}${standby}`, String(cores), String(memoryGb), diskGb === 0 ? '' : whole(diskGb), short(busyCores), because, whole(monthly)];
}

/** A plan as a terminal shows it. */
export function printPlan(plan: Plan, prices: Prices): string {
  const { workload, load, partitions, parts, traffic, monthly, first, walls } = plan;
  return [
    `${whole(workload.connections)} connections and ${whole(workload.messagesPerMinute)} messages a minute (${whole(load.posts)} a second), each delivered to ${short(workload.deliveriesPerMessage)}:`,
    '',
    textTable(PLAN_HEADINGS, parts.map(planRow)),
    '',
    `partitions (PARTITIONS)   ${whole(partitions)}`,
    `deliveries a second       ${whole(load.deliveries)}, ${whole(traffic.egressMbitASecond)} Mbit/s to clients, ${whole(traffic.monthlyGb)} GB a month: ${whole(traffic.monthly)}`,
    `altogether a month        ${whole(monthly)} ${prices.currency}, by prices of ${prices.asOf}`,
    `first at its bound        ${first.part}, at ${first.times.toFixed(2)} times this load if nothing is added`,
    '',
    'What more machines alone do not widen, in the order in which it is met:',
    ...walls.map(({ what, times, way }) => `  ${what}: at ${short(times)} times this load; ${way}`),
  ].join('\n');
}

export const STEP_HEADINGS = [
  'what happens',
  'chats',
  'generations',
  'moved',
  'unowned s',
  'most/mean partitions',
  'most/mean rooms',
  'leader ms',
  'wire kB',
] as const;

export function stepRows({ steps }: SimulationResult): string[][] {
  return steps.map((step) => [
    ...[step.what, String(step.chats), String(step.generations), whole(step.moved), (step.longestUnownedMs / 1_000).toFixed(0)],
    ...[step.partitionsBalance.toFixed(2), step.roomsBalance.toFixed(2), step.leaderMs.toFixed(1), whole(step.wireBytes / 1_024)],
  ]);
}

/** What a simulation did, as a terminal shows it. */
export function printSimulation(result: SimulationResult): string {
  const { plan, chats, gateways, fanOut, memoryMb, seconds } = result;
  const told = ({ messages, due, arrived, strange, microsAMessage }: SimulationResult['fanOut']['before']): string =>
    `${whole(messages)} messages due at ${whole(due)} gateways: ${whole(arrived)} arrived, ${whole(strange)} elsewhere, ${whole(microsAMessage)} us each`;
  return [
    `${String(chats)} chat processes, ${String(gateways)} gateways, ${whole(plan.partitions)} partitions, ${whole(plan.rooms)} rooms with people at ${String(plan.members)} gateways:`,
    '',
    textTable(STEP_HEADINGS, stepRows(result)),
    '',
    `before the loss  ${told(fanOut.before)}`,
    `after the loss   ${told(fanOut.afterLoss)}; gateways that died are ${fanOut.forgotten ? 'forgotten' : 'STILL KNOWN'}`,
    `in ${seconds.toFixed(1)} s and ${whole(memoryMb)} MB; no partition had two owners, or none for good`,
  ].join('\n');
}
