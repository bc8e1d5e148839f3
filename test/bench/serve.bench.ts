import { formatPercentiles } from '@agent-chat/load';
import { startTestServers } from '@agent-chat/testing';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StandaloneProcess } from '../support/standalone-process';
import { type ReadFigures, type ReadPlan } from './files/file-reader.process';
import { type ChildTask, startTask } from './load/child-task';
import { type BenchOptions, numberOption, rounded, tell } from './load/options';
import { pinApart } from './load/pinning';
import { cpuSecondsOf, cpuSecondsOfFamily, embeddedServerOf } from './load/process-usage';

export const description =
  'a file by its link, whole and in ranges, from the gateway and from NGINX, which has the same bytes as a file; both are compared by digests (megabytes=32 seconds=5 concurrency=8)';

const MB = 1e6;
const FILE = 'served.bin';
const RANGES = [1_000_000, 64_000] as const;
const WARMUP_SECONDS = 1;

interface Row extends Record<string, number | string> {
  readonly server: string;
  readonly asked: string;
  readonly 'MB/s': number;
  readonly 'requests/s': number;
  readonly 'server ms/MB': number;
}

/** Who is asked, and whose time is measured. */
interface Asked {
  readonly name: string;
  readonly address: string;
  readonly pid: number;
  readonly postgres?: number;
}

async function measure(load: ChildTask, { name, pid, postgres, address }: Asked, plan: Omit<ReadPlan, 'address'>): Promise<Row> {
  const asked = plan.rangeBytes === undefined ? `whole, ${String(plan.sizeBytes / MB)} MB` : `ranges of ${String(plan.rangeBytes / 1_000)} kB`;
  tell(`${name}, ${asked}`);
  await load.ask('read', { ...plan, address, seconds: WARMUP_SECONDS });
  const cpuSeconds = (): number[] => [cpuSecondsOf(pid), postgres === undefined ? 0 : cpuSecondsOfFamily(postgres), cpuSecondsOf(load.pid)];
  const before = cpuSeconds();
  const { requests, bytes, seconds, latency } = await load.ask<ReadFigures>('read', { ...plan, address });
  const spent = cpuSeconds().map((after, at) => after - before[at]!);
  const perMegabyte = spent.map((each) => rounded((each * 1e3) / (bytes / MB), 2));
  return {
    server: name,
    asked,
    'MB/s': Math.round(bytes / MB / seconds),
    'requests/s': rounded(requests / seconds, plan.rangeBytes === undefined ? 1 : 0),
    'p50/95/99/max ms': formatPercentiles(latency),
    'server ms/MB': perMegabyte[0]!,
    'server us/request': Math.round((spent[0]! * 1e6) / requests),
    'postgres ms/MB': postgres === undefined ? '' : perMegabyte[1]!,
    'load ms/MB': perMegabyte[2]!,
  };
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number | string>; rows: Row[] }> {
  const sizeBytes = numberOption(options, 'megabytes', 32) * MB;
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-bench-'));
  // NGINX may run as somebody else.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, FILE), randomBytes(sizeBytes));
  const server = await StandaloneProcess.start({ HOST: '127.0.0.1' });
  const nginx = await startTestServers('nginx', { root: folder });
  const load = startTask('../files/file-reader.process.ts');
  try {
    const own = await load.ask<string>('send', { url: server.url, file: join(folder, FILE) });
    const other = `${nginx.settings['ENTRY'] ?? ''}/${FILE}`;
    const postgres = embeddedServerOf(server.dataDir).pid;
    const [{ pid: nginxPid } = { pid: 0 }] = nginx.servers;
    const processors = pinApart(server.pid, [load.pid], postgres);
    pinApart(nginxPid, [], postgres);
    const plan = { sizeBytes, seconds: numberOption(options, 'seconds', 5), concurrency: numberOption(options, 'concurrency', 8) };
    const compared = await load.ask<number>('compare', { plan: { ...plan, address: own, rangeBytes: RANGES[0] }, other });
    const rows: Row[] = [];
    for (const rangeBytes of [undefined, ...RANGES]) {
      const wanted = { ...plan, ...(rangeBytes === undefined ? {} : { rangeBytes }) };
      rows.push(await measure(load, { name: 'standalone', pid: server.pid, postgres, address: own }, wanted));
      rows.push(await measure(load, { name: 'NGINX', pid: nginxPid, address: other }, wanted));
    }
    return { figures: { ...figuresOf(rows), comparedAnswers: compared, processors }, rows };
  } finally {
    await Promise.all([load.stop(), nginx.stop()]);
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

function figuresOf(rows: readonly Row[]): Record<string, number> {
  const [whole, nginxWhole, , , range, nginxRange] = rows;
  return {
    megabytesPerSecond: whole?.['MB/s'] ?? 0,
    nginxMegabytesPerSecond: nginxWhole?.['MB/s'] ?? 0,
    serverMsPerMegabyte: whole?.['server ms/MB'] ?? 0,
    nginxMsPerMegabyte: nginxWhole?.['server ms/MB'] ?? 0,
    rangesPerSecond: range?.['requests/s'] ?? 0,
    nginxRangesPerSecond: nginxRange?.['requests/s'] ?? 0,
  };
}
