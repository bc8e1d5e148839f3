import { amount, percent, table } from './markdown';
import { commandOf, type MeasurementName } from './measurements';
import { type PerformanceRecord, recordOf, type Row } from './record';

interface Target {
  readonly what: string;
  readonly target: string;
  readonly from: MeasurementName;
  readonly measured: (record: PerformanceRecord) => string;
  /** What the same run measured beside it. */
  readonly baseline: (record: PerformanceRecord) => string;
}

const ACK = 'ack p50/95/99/max ms';
const DELIVERY = 'delivery p50/95/99/max ms';
const FRAME = 'frame ms p50/95/99/max';

const figure = (name: string) => (record: PerformanceRecord) => Number(record.figures[name]);
const none = (): string => '';

/** `p50` or `p99` of a column that holds `p50 / 95 / 99 / max`. */
function percentile(row: Row | undefined, column: string, which: 0 | 1 | 2): string {
  return `${String(row?.[column] ?? '').split(' / ')[which] ?? ''} ms`;
}

const beside = (record: PerformanceRecord): string =>
  `limit ${amount(figure('limitAchieved')(record), 0)} (${percent(figure('ofLimit')(record))} of it), plain Socket.IO ${amount(figure('plainAchieved')(record), 0)}`;

const sends = (where: string, target: string, from: MeasurementName): Target => ({
  what: `acknowledged sends a second, rooms of 10, ${where}`,
  target,
  from,
  measured: (record) => amount(figure('achieved')(record), 0),
  baseline: beside,
});

const latencies = (where: string, from: MeasurementName): Target[] => [
  {
    what: `acknowledgement at half of that, ${where}`,
    target: 'p50 < 10 ms, p99 < 50 ms',
    from,
    measured: ({ rows: [half] }) => `${percentile(half, ACK, 0)}, ${percentile(half, ACK, 2)}`,
    baseline: none,
  },
  { what: `delivery at half of that, ${where}`, target: 'p99 < 100 ms', from, measured: ({ rows: [half] }) => percentile(half, DELIVERY, 2), baseline: none },
];

const besideImages = (from: MeasurementName): Target => ({
  what: 'acknowledged sends a second while 20 images wait to be made smaller, standalone',
  target: '90% of those without',
  from,
  measured: (record) => amount(figure('achievedBesideMedia')(record), 0),
  baseline: (record) => `without them ${amount(figure('achieved')(record), 0)} (${percent(figure('ofAlone')(record))})`,
});

const replayed = (what: string, name: string): Target => ({
  what: `${what} built again: events a second of one core`,
  target: '20,000',
  from: 'projection',
  measured: (record) => amount(figure(name)(record), 0),
  baseline: none,
});

export const TARGETS: readonly Target[] = [
  sends('standalone', '7,000, and 80% of the limit', 'send'),
  ...latencies('standalone', 'send-half'),
  besideImages('send-media'),
  sends('cluster', '5,000, and 80% of the limit', 'send-cluster'),
  ...latencies('cluster', 'send-cluster'),
  {
    what: 'fan-out to one room of 5,000: processor time a delivery',
    target: '80% of what bare `ws` writes',
    from: 'fanout',
    measured: ({ rows: [own] }) => `${amount(Number(own?.['server us/delivery']))} µs`,
    baseline: (record) => `bare \`ws\` ${amount(Number(record.rows[1]?.['server us/delivery']))} µs (${percent(1 / figure('cpuRatioToBare')(record))})`,
  },
  {
    what: 'memory of an idle connection in 5 rooms',
    target: '< 16 KB resident',
    from: 'idle-connections',
    measured: (record) => `${amount(figure('residentKbAConnection')(record))} KB`,
    baseline: none,
  },
  {
    what: 'connections in 5 rooms each that stay open, with traffic, on this machine',
    target: '100,000',
    from: 'connections',
    measured: (record) => amount(figure('leastOpenMeanwhile')(record), 0),
    baseline: (record) =>
      `${amount(figure('checkedDeliveries')(record), 0)} deliveries checked, p99 ${amount(figure('deliveryP99Ms')(record), 0)} ms; all processes ${amount(figure('allProcessesMb')(record), 0)} MB`,
  },
  {
    what: 'page of history, 8 readers at once',
    target: 'p95 < 20 ms, 2,000/s a core',
    from: 'history',
    measured: ({ rows: [, row] }) => `${percentile(row, 'p50/95/99/max ms', 1)}, ${amount(Number(row?.['pages/s']), 0)}/s on one core`,
    baseline: ({ rows: [, , bare] }) => `a bare HTTP server sends the same bytes ${amount(Number(bare?.['pages/s']), 0)} times a second`,
  },
  {
    what: 'values asked of a cache that are there, on the standard mix from its very beginning',
    target: '95%',
    from: 'cache',
    measured: (record) => percent(figure('hitPercent')(record) / 100),
    baseline: (record) => `pages of history ${percent(figure('historyHitPercent')(record) / 100)}`,
  },
  {
    what: 'start of the standalone until it is ready',
    target: '< 5 s',
    from: 'startup',
    measured: (record) => `${amount(figure('existingMedianMs')(record), 0)} ms`,
    baseline: (record) => `on an empty data directory ${amount(figure('freshMedianMs')(record), 0)} ms`,
  },
  {
    what: 'a first visit to the web client, until one can log in',
    target: '< 200 KB gzipped',
    from: 'first-load',
    measured: (record) => `${amount(figure('firstVisitGzippedKilobytes')(record))} KB`,
    baseline: (record) =>
      `with Brotli ${amount(figure('firstVisitKilobytes')(record))} KB; a room for somebody who is signed in, with 200 messages, ${amount(figure('roomGzippedKilobytes')(record))} KB`,
  },
  {
    what: 'frames while a room of 100,000 messages is scrolled upwards',
    target: 'p95 < 20 ms',
    from: 'scroll',
    measured: ({ rows: [up] }) => percentile(up, FRAME, 1),
    baseline: ({ rows: [up] }) => `median ${percentile(up, FRAME, 0)}; ${amount(Number(up?.['over 50 ms, %']))}% over 50 ms`,
  },
  replayed('figures', 'figuresPerSecondACore'),
  replayed('the audit trail', 'auditPerSecondACore'),
];

/** What was aimed at, and what the last recorded runs measured; without a figure where there was none. */
export function targetTable(): string {
  const rows = TARGETS.map(({ what, target, from, measured, baseline }) => {
    const record = recordOf(from);
    const found = record === undefined ? ['not recorded', ''] : [measured(record), baseline(record)];
    return [what, target, ...found, `\`${from}\``];
  });
  return table(['', 'target', 'measured', 'in the same run', 'record'], rows, 5);
}

/** Where each figure comes from: its command, commit and date, and on which machines. */
export function recordTable(names: readonly MeasurementName[]): string {
  const records = names.map((name) => ({ name, record: recordOf(name) }));
  const machines = new Set(
    records.flatMap(({ record }) => {
      if (record === undefined) return [];
      const { processors, model, memoryGb, node } = record.machine;
      return [`${String(processors)} processors (${model}), ${String(memoryGb)} GB, Node ${node}`];
    }),
  );
  const rows = records.map(({ name, record }) => [
    `\`${name}\``,
    `\`${commandOf(name)}\``,
    record?.date ?? 'not recorded',
    record === undefined ? '' : `\`${record.commit}\``,
  ]);
  return `${table(['record', 'command', 'date', 'commit'], rows, 4)}\n\nMeasured on: ${[...machines].join('; ')}.`;
}
