import { OWNERS, STAGE_TEXTS, sumOf, type Micros, type ProcessReport } from '../profile/profile-report';
import { amount, NOT_RECORDED, table } from './markdown';
import { type PerformanceRecord, profileOf, recordOf, type Row } from './record';

const US_A_POST = ' us/post';
/** What is told by delivery as well: the rest is done once a message. */
const A_DELIVERY = new Set(['fan out', 'write']);

const SHOWN_FUNCTIONS: Readonly<Record<string, number>> = { standalone: 10, gateway: 6, chat: 6 };

interface Column {
  readonly heading: string;
  readonly process: ProcessReport;
  readonly deliveriesAMessage: number;
}

/** The processes of the profiles of sending: the standalone, then the cluster's. */
function sendColumns(): readonly Column[] {
  return (['profile-send', 'profile-send-cluster'] as const).flatMap((name) => {
    const profile = profileOf(name);
    if (profile === undefined) return [];
    const { message = 1, delivery = 0 } = profile.units;
    return profile.processes.map((process) => ({
      heading: name === 'profile-send' ? 'standalone' : process.part,
      process,
      deliveriesAMessage: delivery / message,
    }));
  });
}

function stageRows(columns: readonly Column[], withDeliveries: boolean): string[][] {
  const present = STAGE_TEXTS.filter(({ name }) => columns.some(({ process }) => process.stages[name] !== undefined));
  const rows = present.map(({ name, does }) => [
    `**${name}**: ${does}`,
    ...columns.map(({ process, deliveriesAMessage }) => {
      const micros = process.stages[name] ?? 0;
      return withDeliveries && A_DELIVERY.has(name) && micros >= 1 ? `${amount(micros)} (${amount(micros / deliveriesAMessage, 2)})` : amount(micros);
    }),
  ]);
  const total = (label: string, pick: (process: ProcessReport) => number): string[] => [label, ...columns.map(({ process }) => amount(pick(process)))];
  return [
    ...rows,
    total('**main thread**', ({ stages }) => sumOf(stages)),
    total('other threads: garbage collection, compiling', ({ otherThreads }) => otherThreads),
  ];
}

/** Microseconds of a message by stage, in each process; in brackets by delivery. */
export function stageTable(): string {
  const columns = sendColumns();
  if (columns.length === 0) return NOT_RECORDED;
  return table(['µs a message (a delivery)', ...columns.map(({ heading }) => heading)], stageRows(columns, true));
}

/** The same of one profile with a unit of its own. */
export function unitTable(name: 'profile-fanout' | 'profile-history'): string {
  const profile = profileOf(name);
  if (profile === undefined) return NOT_RECORDED;
  const [unit = ''] = Object.keys(profile.units);
  const columns = profile.processes.map((process) => ({ heading: process.part, process, deliveriesAMessage: 1 }));
  // What is nothing at two digits is noise.
  const rows = stageRows(columns, false).filter(([, micros]) => micros !== '0.0');
  return table([`µs a ${unit}`, ...columns.map(({ heading }) => heading)], rows);
}

/** The functions that took most themselves: what to look at first. */
export function functionTable(): string {
  const rows = sendColumns().flatMap(({ heading, process: { heaviest } }) =>
    heaviest.slice(0, SHOWN_FUNCTIONS[heading] ?? 0).map(({ place, stage, micros }) => [heading, `\`${place}\``, stage, amount(micros)]),
  );
  if (rows.length === 0) return NOT_RECORDED;
  return table(['process', 'function', 'stage', 'µs a message'], rows, 3);
}

/** Whose code the main threads ran. */
export function ownerTable(): string {
  const columns = sendColumns();
  if (columns.length === 0) return NOT_RECORDED;
  const rows = OWNERS.filter((owner) => columns.some(({ process }) => process.owners[owner] !== undefined)).map((owner) => [
    owner,
    ...columns.map(({ process: { owners } }: { process: { owners: Micros } }) => amount(owners[owner] ?? 0)),
  ]);
  return table(['µs a message', ...columns.map(({ heading }) => heading)], rows);
}

/** All processor time of a message in the runs of `send`, by part, and what the machine leaves at the rate that was reached. */
export function budgetTable(): string {
  const runs = (['send', 'send-cluster'] as const).flatMap((name) => {
    const record = recordOf(name);
    return record === undefined ? [] : [{ profile: name === 'send' ? 'standalone' : 'cluster', record }];
  });
  if (runs.length === 0) return NOT_RECORDED;
  const lines = runs.flatMap(({ profile, record }) => record.rows.map((row) => ({ profile, record, row })));
  const parts = [...new Set(lines.flatMap(({ row }) => Object.keys(row).filter((key) => key.endsWith(US_A_POST))))];
  const rows = lines.map(({ profile, record, row }) => [
    `${profile}: ${String(row['server'])}`,
    amount(Number(row['offered']), 0),
    amount(Number(row['achieved']), 0),
    ...parts.map((part) => (row[part] === undefined ? '' : amount(Number(row[part]), 0))),
    amount(
      parts.reduce((total, part) => total + Number(row[part] ?? 0), 0),
      0,
    ),
    amount(availableMicros(record, row), 0),
  ]);
  return table(['µs a message', 'offered/s', 'acknowledged/s', ...parts.map((part) => part.slice(0, -US_A_POST.length)), 'sum', 'machine has'], rows);
}

function availableMicros({ machine }: PerformanceRecord, { achieved }: Row): number {
  return (machine.processors * 1e6) / Number(achieved);
}

/** What each technology does at best beneath us, beside what we do on top of it, in the same runs. */
export function limitTable(): string {
  const fanout = recordOf('fanout')?.rows.map((row) => [
    'one frame to everybody',
    String(row['server']),
    `${amount(Number(row['deliveries/s']), 0)} deliveries`,
    `${amount(Number(row['server us/delivery']))} a delivery`,
    '',
  ]);
  const writePath = recordOf('write-path')?.rows.map((row) => [
    `group commit, ${String(row['in flight'])} in flight`,
    row['what'] === 'owner' ? 'agent-chat, from log to answer' : String(row['what']),
    `${amount(Number(row['posts/s']), 0)} posts`,
    `${amount(Number(row['us/post here']))} a post`,
    amount(Number(row['postgres us/post'])),
  ]);
  const log = recordOf('event-log')?.rows.map((row) => [
    'append and consume on Kafka',
    String(row['log']),
    `${amount(Number(row['recordsPerSecond']), 0)} records`,
    `${amount(Number(row['cpuMicrosARecord']))} a record`,
    '',
  ]);
  return table(
    ['', 'program', 'a second', 'µs in Node', 'µs in Postgres'],
    [fanout, writePath, log].flatMap((rows) => rows ?? []),
    2,
  );
}
