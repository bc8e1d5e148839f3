import { type Costs, coresOf, memoryMbOf } from './costs';
import { type Load, type Part } from './growth-record';
import { type Prices } from './prices';
import { type Workload } from './workload';

const HOURS_A_MONTH = 730;
const SECONDS_A_MONTH = HOURS_A_MONTH * 3_600;
const MINUTES_A_DAY = 1_440;
const KB = 1_024;
/** Never fewer, so that one may be gone. */
const LEAST: Readonly<Record<Part, number>> = { gateway: 2, chat: 2, presence: 2, analytics: 2, kafka: 3, redis: 1, directory: 1, shards: 1 };
/** Each owner should have some, or one more or less makes it much busier than another. */
const PARTITIONS_AN_OWNER = 8;
const MOST_PARTITIONS = 4_096;
const LEAST_PARTITIONS = 64;
const DATABASE_MEMORY_GB_A_CORE = 4;
const BROKER_MEMORY_GB_A_CORE = 2;
const PROCESS_MEMORY_GB = 1;
const ROUNDS = 20;

/** What there is of one part, and why. */
export interface PlannedPart {
  readonly part: Part;
  readonly count: number;
  readonly standbys: number;
  /** What one of them has. */
  readonly cores: number;
  readonly memoryGb: number;
  readonly diskGb: number;
  /** Processors that all of them keep busy at the busiest time. */
  readonly busyCores: number;
  readonly because: 'processor' | 'memory' | 'connections' | 'disk' | 'failures';
  readonly monthly: number;
}

/** Up to where something can go that more machines of its kind don't widen. */
export interface Wall {
  readonly what: string;
  /** How many times the planned load it can bear. */
  readonly times: number;
  readonly way: string;
}

export interface Plan {
  readonly workload: Workload;
  readonly load: Load;
  readonly partitions: number;
  readonly parts: readonly PlannedPart[];
  readonly traffic: { readonly egressMbitASecond: number; readonly monthlyGb: number; readonly monthly: number };
  readonly monthly: number;
  /** Whatever reaches its bound first when the load grows in proportion and nothing is added. */
  readonly first: { readonly part: Part; readonly times: number };
  /** In the order in which they are met. */
  readonly walls: readonly Wall[];
}

/** How many of what an installation takes, what that costs, and what bears no more first. */
export function plan(workload: Workload, costs: Costs, prices: Prices): Plan {
  const load = settledLoad(workload, costs);
  const parts = (['gateway', 'chat', 'presence', 'analytics', 'kafka', 'redis', 'directory', 'shards'] as const).map((part) =>
    planned(part, { workload, load, costs, prices }),
  );
  const monthlyGb = (load.deliveries * workload.eventBytes * SECONDS_A_MONTH * workload.averageShare) / 2 ** 30;
  const traffic = { egressMbitASecond: (load.deliveries * workload.eventBytes * 8) / 1e6, monthlyGb, monthly: monthlyGb * prices.egressGb };
  return {
    ...{ workload, load, parts, traffic },
    partitions: partitionsFor(load.chats),
    monthly: parts.reduce((sum, { monthly }) => sum + monthly, traffic.monthly),
    first: firstBound(parts, workload),
    walls: wallsOf(workload, load, costs),
  };
}

interface Given {
  readonly workload: Workload;
  readonly load: Load;
  readonly costs: Costs;
  readonly prices: Prices;
}

/** More gateways have to be told of each message, which takes more gateways: until nothing changes any more. */
function settledLoad(workload: Workload, costs: Costs): Load {
  let load = loadWith(workload, { gateways: LEAST.gateway, chats: LEAST.chat, databases: LEAST.shards });
  for (let round = 0; round < ROUNDS; round++) {
    const next = loadWith(workload, {
      gateways: Math.max(load.gateways, gatewaysFor(workload, load, costs).count),
      chats: Math.max(load.chats, processesFor('chat', workload, load, costs)),
      databases: Math.max(load.databases, databasesFor(workload, load, costs).count),
    });
    if (next.gateways === load.gateways && next.chats === load.chats && next.databases === load.databases) break;
    load = next;
  }
  return load;
}

function loadWith(workload: Workload, shape: Pick<Load, 'gateways' | 'chats' | 'databases'>): Load {
  const { connections, messagesPerMinute, deliveriesPerMessage, roomsPerConnection } = workload;
  const posts = messagesPerMinute / 60;
  const { gateways } = shape;
  // Of so many readers at gateways of chance, how many gateways have any.
  const reached = gateways * (1 - (1 - 1 / gateways) ** deliveriesPerMessage);
  const subscriptions = connections * roomsPerConnection;
  const deliveries = posts * deliveriesPerMessage;
  // A room's readers lie at several gateways, each of which keeps the room.
  const rooms = deliveriesPerMessage === 0 ? 0 : (subscriptions / deliveriesPerMessage) * reached;
  return { ...shape, reached: gateways, connections, subscriptions, rooms, posts, deliveries, handovers: posts * reached };
}

function busyCores(part: Part, { workload, load, costs }: Omit<Given, 'prices'>): number {
  // Brokers that follow are taken to do as much for a record as the one that leads.
  const copies = part === 'kafka' ? workload.replication : 1;
  return (coresOf(part, load, costs) * copies) / workload.coreSpeed;
}

/** Processes of one event loop each. */
function processesFor(part: Part, workload: Workload, load: Load, costs: Costs): number {
  return Math.max(LEAST[part], Math.ceil(busyCores(part, { workload, load, costs }) / workload.busy));
}

function gatewaysFor(workload: Workload, load: Load, costs: Costs): { count: number; because: PlannedPart['because'] } {
  return largest([
    { count: processesFor('gateway', workload, load, costs), because: 'processor' },
    { count: Math.ceil(workload.connections / workload.connectionsPerGateway), because: 'connections' },
    { count: LEAST.gateway, because: 'failures' },
  ]);
}

function databasesFor(workload: Workload, load: Load, costs: Costs): { count: number; because: PlannedPart['because'] } {
  return largest([
    { count: Math.ceil(busyCores('shards', { workload, load, costs }) / (workload.databaseCores * workload.busy)), because: 'processor' },
    { count: Math.ceil(storedGb(workload, costs) / workload.databaseDiskGb), because: 'disk' },
    { count: LEAST.shards, because: 'failures' },
  ]);
}

/** The first of the largest. */
function largest<Bound extends { readonly count: number }>(bounds: readonly Bound[]): Bound {
  return bounds.reduce((most, bound) => (bound.count > most.count ? bound : most));
}

function storedGb({ messagesPerMinute, averageShare, retentionDays }: Workload, { bytesAMessage }: Costs): number {
  return (messagesPerMinute * MINUTES_A_DAY * averageShare * retentionDays * bytesAMessage) / 2 ** 30;
}

function brokerGb({ messagesPerMinute, averageShare, brokerDays, recordBytes, replication }: Workload): number {
  // A command, and its event.
  return (2 * messagesPerMinute * MINUTES_A_DAY * averageShare * brokerDays * recordBytes * replication) / 2 ** 30;
}

function planned(part: Part, given: Given): PlannedPart {
  const { workload, costs, load, prices } = given;
  const busy = busyCores(part, given);
  const size = sizeOf(part, given, busy);
  const memoryMb = memoryMbOf(part, load, costs);
  const memoryGb = Math.max(size.memoryGb, memoryMb === undefined ? 0 : Math.ceil((memoryMb / KB / size.count) * 1.5 * 2) / 2);
  const standbys = part === 'redis' || part === 'directory' || part === 'shards' ? workload.standbys : 0;
  const each = (size.cores * prices.coreHour + memoryGb * prices.gbHour) * HOURS_A_MONTH + size.diskGb * prices.diskGbMonth;
  return { part, ...size, memoryGb, standbys, busyCores: busy, monthly: each * size.count * (1 + standbys) };
}

type Size = Pick<PlannedPart, 'count' | 'cores' | 'memoryGb' | 'diskGb' | 'because'>;

function sizeOf(part: Part, { workload, load, costs }: Given, busy: number): Size {
  const process = { cores: 1, memoryGb: PROCESS_MEMORY_GB, diskGb: 0 };
  const { databaseCores } = workload;
  switch (part) {
    case 'gateway':
      return { ...process, ...gatewaysFor(workload, load, costs), count: load.gateways };
    case 'chat':
    case 'presence':
    case 'analytics':
    case 'redis': {
      const count = processesFor(part, workload, load, costs);
      return { ...process, count, because: count > LEAST[part] ? 'processor' : 'failures' };
    }
    case 'kafka':
      return brokers(workload, busy);
    case 'directory':
      return {
        count: 1,
        cores: Math.max(2, Math.ceil(busy / workload.busy)),
        memoryGb: 8,
        diskGb: Math.max(20, Math.ceil(workload.users / 50_000)),
        because: 'processor',
      };
    case 'shards': {
      const { because } = databasesFor(workload, load, costs);
      const diskGb = Math.max(20, Math.ceil(storedGb(workload, costs) / load.databases));
      const cores = Math.max(2, Math.min(databaseCores, Math.ceil(busy / load.databases / workload.busy)));
      return { count: load.databases, cores, memoryGb: cores * DATABASE_MEMORY_GB_A_CORE, diskGb, because };
    }
  }
}

function brokers(workload: Workload, busy: number): Size {
  const bound = largest([
    { count: Math.ceil(busy / (workload.brokerCores * workload.busy)), because: 'processor' as const },
    { count: LEAST.kafka, because: 'failures' as const },
  ]);
  const cores = Math.max(2, Math.min(workload.brokerCores, Math.ceil(busy / bound.count / workload.busy)));
  return { ...bound, cores, memoryGb: cores * BROKER_MEMORY_GB_A_CORE, diskGb: Math.max(20, Math.ceil(brokerGb(workload) / bound.count)) };
}

function partitionsFor(chats: number): number {
  return Math.min(MOST_PARTITIONS, 2 ** Math.ceil(Math.log2(Math.max(LEAST_PARTITIONS, chats * PARTITIONS_AN_OWNER))));
}

/** A part is at its bound when its processors are as busy as they may be; gateways also when they are full. */
function firstBound(parts: readonly PlannedPart[], { busy, connections, connectionsPerGateway }: Workload): Plan['first'] {
  const times = ({ part, busyCores: used, count, cores }: PlannedPart): number => {
    const byProcessor = used === 0 ? Infinity : (count * cores * busy) / used;
    return part === 'gateway' && connections > 0 ? Math.min(byProcessor, (count * connectionsPerGateway) / connections) : byProcessor;
  };
  return parts.map((each) => ({ part: each.part, times: times(each) })).reduce((least, each) => (each.times < least.times ? each : least));
}

/** What is one by its nature: it grows with a larger machine only, or not at all. */
function wallsOf(workload: Workload, load: Load, costs: Costs): Wall[] {
  const { busy, databaseCores, coreSpeed } = workload;
  const directory = coresOf('directory', load, costs) / coreSpeed;
  const walls: Wall[] = [
    { what: `the directory database on ${String(databaseCores)} processors`, times: (databaseCores * busy) / directory, way: 'a larger machine' },
    { what: 'one Redis master', times: busy / (coresOf('redis', load, costs) / coreSpeed), way: 'Redis Cluster, with as many masters as planned' },
    {
      what: `chat processes, one for each of ${String(MOST_PARTITIONS)} partitions`,
      times: MOST_PARTITIONS / load.chats,
      way: 'none: the number of partitions is bounded',
    },
  ];
  return walls.filter(({ times }) => Number.isFinite(times)).sort((one, other) => one.times - other.times);
}
