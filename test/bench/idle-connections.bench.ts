import { reportedMemory, REPORTS_MEMORY } from '../support/reported-memory';
import { StandaloneProcess } from '../support/standalone-process';
import { startTask } from './load/child-task';
import { type CrowdPlan } from './load/crowd';
import { type BenchOptions, numberOption, rounded, tell } from './load/options';

export const description =
  'idle connections, each subscribed to 5 rooms: memory a connection after a garbage collection, beside plain Socket.IO whose sockets joined as many ' +
  '(connections=10000 users=30 rooms=100 roomsPerConnection=5 settleSeconds=30; the least settling after which each has answered a ping)';

const KB = 1_024;
const FIRST = 200;
/** As the image and `npm start` start a gateway. */
const NODE_ARGUMENTS = ['--max-semi-space-size=64'];

/** A server that is measured. */
interface Measurable {
  readonly url: string;
  readonly isBare: boolean;
  memory(): Promise<NodeJS.MemoryUsage>;
  remove(): Promise<void>;
}

async function startChat(connections: number): Promise<Measurable> {
  const limit = String(connections + FIRST);
  const server = await StandaloneProcess.start({ MAX_CONNECTIONS: limit, MAX_CONNECTIONS_PER_USER: limit }, REPORTS_MEMORY);
  return { url: server.url, isBare: false, memory: () => reportedMemory(server), remove: () => server.remove() };
}

async function startPlain(): Promise<Measurable> {
  const server = startTask('plain-rooms.process.ts', ['--expose-gc', ...NODE_ARGUMENTS]);
  const { url } = await server.ask<{ url: string }>('start');
  return { url, isBare: true, memory: () => server.ask('memory'), remove: () => server.stop() };
}

function settle(seconds: number): Promise<void> {
  return new Promise((next) => setTimeout(next, seconds * 1_000));
}

async function connect(plan: CrowdPlan): Promise<{ seconds: number; end: () => Promise<void> }> {
  const crowd = startTask('crowd.process.ts');
  await crowd.ask('prepare', plan);
  const startedAt = performance.now();
  await crowd.ask('connect');
  return { seconds: (performance.now() - startedAt) / 1_000, end: () => crowd.stop() };
}

async function measure(server: Measurable, size: Omit<CrowdPlan, 'url' | 'isBare'>, settleSeconds: number): Promise<Record<string, number>> {
  try {
    const plan = { ...size, url: server.url, isBare: server.isBare };
    // What is compiled and cached with the first connections belongs to none of them.
    const first = await connect({ ...plan, connections: FIRST });
    await first.end();
    await settle(5);
    const before = await server.memory();
    tell(`connecting ${String(plan.connections)}`);
    const crowd = await connect(plan);
    await settle(settleSeconds);
    const after = await server.memory();
    await crowd.end();
    const each = (part: keyof NodeJS.MemoryUsage): number => rounded((after[part] - before[part]) / KB / plan.connections);
    return {
      residentKbAConnection: each('rss'),
      heapKbAConnection: each('heapUsed'),
      externalKbAConnection: each('external'),
      connectsPerSecond: Math.round(plan.connections / crowd.seconds),
      residentMb: Math.round(after.rss / KB / KB),
    };
  } finally {
    await server.remove();
  }
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number>; rows: object[] }> {
  const connections = numberOption(options, 'connections', 10_000);
  const size = {
    users: numberOption(options, 'users', 30),
    connections,
    rooms: numberOption(options, 'rooms', 100),
    roomsPerConnection: numberOption(options, 'roomsPerConnection', 5),
  };
  const settleSeconds = numberOption(options, 'settleSeconds', 30);
  const chat = await measure(await startChat(connections), size, settleSeconds);
  tell('plain Socket.IO');
  const plain = await measure(await startPlain(), size, settleSeconds);
  const figures = {
    connections,
    ...chat,
    plainResidentKbAConnection: plain['residentKbAConnection'] ?? 0,
    plainHeapKbAConnection: plain['heapKbAConnection'] ?? 0,
  };
  return {
    figures,
    rows: [
      { server: 'agent-chat', ...chat },
      { server: 'plain Socket.IO', ...plain },
    ],
  };
}
