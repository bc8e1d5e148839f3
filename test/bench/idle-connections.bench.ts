import { eventually } from '@agent-chat/testing';
import { join } from 'node:path';
import { StandaloneProcess } from '../support/standalone-process';
import { startTask } from './load/child-task';
import { type CrowdPlan } from './load/crowd';
import { type BenchOptions, numberOption, rounded, tell } from './load/options';
import { residentKbOf } from './load/process-usage';

export const description =
  'idle Socket.IO connections, each subscribed to 5 rooms: memory a connection after a garbage collection (connections=3000 users=30 rooms=100 roomsPerConnection=5 settleSeconds=5)';

const REPORTER = join(__dirname, 'load/report-memory.cjs');

interface Memory {
  readonly residentKb: number;
  readonly heapKb: number;
  readonly externalKb: number;
}

async function memoryOf(server: StandaloneProcess): Promise<Memory> {
  const before = server.printed.split('memory ').length;
  process.kill(server.pid, 'SIGUSR2');
  const line = await eventually(() => {
    const parts = server.printed.split('memory ');
    if (parts.length <= before) throw new Error('no report yet');
    return Promise.resolve(parts.at(-1) ?? '');
  });
  const { heapUsed, external } = JSON.parse(line.split('\n')[0] ?? '') as NodeJS.MemoryUsage;
  return { residentKb: residentKbOf(server.pid), heapKb: heapUsed / 1_024, externalKb: external / 1_024 };
}

function settle(seconds: number): Promise<void> {
  return new Promise((next) => setTimeout(next, seconds * 1_000));
}

async function measure(server: StandaloneProcess, plan: CrowdPlan, settleSeconds: number): Promise<Record<string, number>> {
  const crowd = startTask('crowd.process.ts');
  try {
    await crowd.ask('prepare', plan);
    // What is compiled and cached with the first connections belongs to none of them.
    const first = startTask('crowd.process.ts');
    await first.ask('prepare', { ...plan, connections: 200 });
    await first.ask('connect');
    await first.stop();
    await settle(settleSeconds);
    const before = await memoryOf(server);
    tell('connecting');
    const startedAt = performance.now();
    await crowd.ask('connect');
    const seconds = (performance.now() - startedAt) / 1_000;
    await settle(settleSeconds);
    const after = await memoryOf(server);
    const each = (pick: (memory: Memory) => number): number => rounded((pick(after) - pick(before)) / plan.connections);
    return {
      connections: plan.connections,
      connectsPerSecond: Math.round(plan.connections / seconds),
      residentKbAConnection: each(({ residentKb }) => residentKb),
      heapKbAConnection: each(({ heapKb }) => heapKb),
      externalKbAConnection: each(({ externalKb }) => externalKb),
      residentMbBefore: Math.round(before.residentKb / 1_024),
      residentMbAfter: Math.round(after.residentKb / 1_024),
    };
  } finally {
    await crowd.stop();
  }
}

export async function run(options: BenchOptions): Promise<Record<string, number>> {
  const connections = numberOption(options, 'connections', 3_000);
  const limit = String(connections + 1_000);
  const server = await StandaloneProcess.start({ MAX_CONNECTIONS: limit, MAX_CONNECTIONS_PER_USER: limit }, ['--expose-gc', '--require', REPORTER]);
  try {
    const plan = {
      url: server.url,
      users: numberOption(options, 'users', 30),
      connections,
      rooms: numberOption(options, 'rooms', 100),
      roomsPerConnection: numberOption(options, 'roomsPerConnection', 5),
      isBare: false,
    };
    return await measure(server, plan, numberOption(options, 'settleSeconds', 5));
  } finally {
    await server.remove();
  }
}
