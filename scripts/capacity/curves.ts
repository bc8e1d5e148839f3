import { type Dimension, type GrowthRecord, type HistoryPoint, type Part, type Point } from './growth-record';
import { type Line, type Plot } from './plot';

/** A dimension as the page shows it. */
export interface Curve {
  readonly dimension: Dimension;
  readonly title: string;
  /** What grew and what stayed, and how to read it. */
  readonly text: string;
  readonly plots: readonly Plot[];
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

type Drawn = Exclude<Dimension, 'history'>;

interface Shown {
  readonly title: string;
  readonly xName: string;
  readonly text: string;
  /** Whose CPU is drawn, and for each of what. */
  readonly parts: readonly Part[];
  readonly each: 'message' | 'delivery' | 'second';
  /** What the second plot is of. */
  readonly beside: 'memory' | 'latency';
}

const SHOWN: Readonly<Record<Drawn, Shown>> = {
  'room-size': {
    title: 'Members of a room',
    xName: 'members, all connected to one gateway',
    text: 'One room, all of whose members are connected and have it open; at most 10,000 deliveries a second. What a delivery costs must not depend on how many others get the message.',
    ...{ parts: ['gateway'], each: 'delivery', beside: 'latency' },
  },
  rooms: {
    title: 'Rooms',
    xName: 'rooms, each open at one connection',
    text: 'The same 500 messages a second, spread over more and more rooms of ten. From 10,000 rooms on each message meets a room that its owner does not hold in memory: it is read first, with its members.',
    ...{ parts: ['gateway', 'chat', 'kafka', 'redis', 'shards'], each: 'message', beside: 'memory' },
  },
  connections: {
    title: 'Connections',
    xName: 'idle connections, each of somebody else, with five rooms open',
    text: 'People who do nothing: what is left are heartbeats, signs of life for presence, checks of sessions and of rooms’ heads. Each of these is in proportion to the connections.',
    ...{ parts: ['gateway', 'presence', 'redis', 'directory', 'shards', 'chat'], each: 'second', beside: 'memory' },
  },
  gateways: {
    title: 'Gateways',
    xName: 'gateways that the eight members of each room are spread over',
    text: '300 messages a second. A message is brought to each gateway that has a member of its room, and to no other: to eight at most, however many there are.',
    ...{ parts: ['gateway', 'chat', 'redis', 'kafka', 'shards'], each: 'message', beside: 'latency' },
  },
  shards: {
    title: 'Databases',
    xName: 'databases with rooms, on one server',
    text: '500 messages a second. Each database has commits of its own, so that the same load makes more, and smaller, of them: that is what more databases cost where one would do.',
    ...{ parts: ['chat', 'shards', 'kafka', 'gateway'], each: 'message', beside: 'latency' },
  },
  rate: {
    title: 'Messages a second',
    xName: 'messages a second into rooms of ten',
    text: 'Everything gathers what comes at about the same time ([ADR 16](adr/0016-what-comes-singly-gathers.md)): the busier it is, the less a message costs. The points in rooms of 2 and of 50 are in the table.',
    ...{ parts: ['gateway', 'chat', 'kafka', 'redis', 'shards', 'analytics'], each: 'message', beside: 'latency' },
  },
};

const MEMORY_PARTS: readonly Part[] = ['gateway', 'chat', 'presence', 'redis'];
const ORDER: readonly Dimension[] = ['room-size', 'rooms', 'connections', 'history', 'gateways', 'shards', 'rate'];

/** What was recorded, in the order of the page; a dimension of which nothing was is left out. */
export function curvesOf(record: GrowthRecord): Curve[] {
  return ORDER.flatMap((dimension) => {
    if (dimension === 'history') return record.history.length === 0 ? [] : [historyCurve(record.history)];
    const points = record.points.filter((point) => point.dimension === dimension);
    return points.length === 0 ? [] : [curveOf(dimension, points)];
  });
}

function curveOf(dimension: Drawn, all: readonly Point[]): Curve {
  const { title, xName, text, parts, each, beside } = SHOWN[dimension];
  // One line has one place for each x: the model's other points are in the table.
  const points = dimension === 'rate' ? all.filter((point) => membersOf(point) === 10) : all;
  const xs = points.map(({ at }) => at);
  const unit = each === 'second' ? 'ms of CPU a second' : `µs of CPU a ${each}`;
  const cpu = parts.map((part): Line => ({ name: part, values: points.map((point) => costOf(point, part, each)) }));
  const plots: Plot[] = [
    { title: 'Cost', unit, scale: each === 'second' || dimension === 'rate' ? 'log' : 'linear', xName, xs, lines: cpu },
    beside === 'memory'
      ? { title: 'Memory', unit: 'MB', scale: 'log', xName, xs, lines: memoryLines(points) }
      : { title: 'Latency', unit: 'ms', scale: 'log', xName, xs, lines: latencyLines(points) },
  ];
  return { dimension, title, text, plots, ...tableOf(all, each, parts, dimension === 'rate') };
}

function membersOf({ load }: Point): number {
  return Math.round(load.deliveries / load.posts);
}

function costOf({ cores, load }: Point, part: Part, each: Shown['each']): number {
  if (each === 'second') return cores[part] * 1_000;
  return (cores[part] * 1e6) / (each === 'message' ? load.posts : load.deliveries);
}

function memoryLines(points: readonly Point[]): Line[] {
  return MEMORY_PARTS.map((part) => ({ name: part, values: points.map(({ memoryMb }) => memoryMb[part]) }));
}

function latencyLines(points: readonly Point[]): Line[] {
  return [
    { name: 'acknowledgement p50', values: points.map(({ ack }) => ack.p50) },
    { name: 'p99', values: points.map(({ ack }) => ack.p99) },
    { name: 'delivery p99', values: points.map(({ delivery }) => delivery.p99) },
  ];
}

function tableOf(points: readonly Point[], each: Shown['each'], parts: readonly Part[], withMembers: boolean): Pick<Curve, 'headings' | 'rows'> {
  const unit = each === 'second' ? 'ms/s' : `µs/${each}`;
  const headings = [
    '',
    'Messages/s',
    'Deliveries/s',
    ...parts.map((part) => `${part} ${unit}`),
    'gateway MB',
    'ack p50 / p99 ms',
    'delivery p99 ms',
    'missing',
  ];
  const rows = points.map((point) => [
    `${amount(point.at)}${withMembers ? `, rooms of ${String(membersOf(point))}` : ''}`,
    ...[amount(point.load.posts), amount(point.load.deliveries)],
    ...parts.map((part) => amount(costOf(point, part, each))),
    ...[amount(point.memoryMb.gateway), `${amount(point.ack.p50)} / ${amount(point.ack.p99)}`, amount(point.delivery.p99), amount(point.missing)],
  ]);
  return { headings, rows };
}

function historyCurve(history: readonly HistoryPoint[]): Curve {
  const xs = history.map(({ rows }) => rows);
  const line = (name: string, pick: (point: HistoryPoint) => number): Line => ({ name, values: history.map(pick) });
  const xName = 'messages of one room';
  return {
    dimension: 'history',
    title: 'Length of a history',
    text: 'Pages of 50 messages, and of 100 events, as the chat service reads them from a warm database; medians of 200 reads, each of another place. A page must cost the same wherever it lies.',
    plots: [
      {
        ...{ title: 'A page', unit: 'ms', scale: 'linear', xName, xs },
        lines: [
          line('newest', ({ pageMs }) => pageMs.newest),
          line('middle', ({ pageMs }) => pageMs.middle),
          line('oldest', ({ pageMs }) => pageMs.oldest),
          line('events', ({ pageMs }) => pageMs.events),
        ],
      },
      {
        ...{ title: 'A message and its event', unit: 'bytes', scale: 'linear', xName, xs },
        lines: [line('rows', ({ bytesARow }) => bytesARow.table), line('indexes', ({ bytesARow }) => bytesARow.indexes)],
      },
    ],
    headings: ['', 'newest ms', 'middle ms', 'oldest ms', 'events ms', 'Postgres µs/page', 'bytes/row', 'index bytes/row'],
    rows: history.map(({ rows, pageMs, postgresMicros, bytesARow }) =>
      [rows, pageMs.newest, pageMs.middle, pageMs.oldest, pageMs.events, postgresMicros, bytesARow.table, bytesARow.indexes].map(amount),
    ),
  };
}

/** Three digits are as many as a measurement is good for. */
export function amount(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}
