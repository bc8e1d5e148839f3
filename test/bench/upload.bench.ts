import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StandaloneProcess } from '../support/standalone-process';
import { type UploadFigures, type UploadPlan } from './files/upload-load.process';
import { type ChildTask, startTask } from './load/child-task';
import { type BenchOptions, numberOption, rounded, tell } from './load/options';
import { pinApart } from './load/pinning';
import { cpuSecondsOf, cpuSecondsOfFamily, embeddedServerOf } from './load/process-usage';

export const description =
  'large files sent by the SDK (tus, in its chunks), each compared by its digest afterwards, beside a plain copy: one PUT to a bare HTTP server that writes ' +
  'to a file and flushes it (megabytes=100 atOnce=4 rounds=2)';

const MB = 1e6;
const WARMUP_FILES = 1;

interface Row extends Record<string, number | string> {
  readonly server: string;
  readonly 'at once': number;
  readonly 'MB/s': number;
  readonly 'server ms/MB': number;
}

/** Whose time is measured. */
interface Taking {
  readonly name: string;
  readonly pid: number;
  readonly postgres?: number;
  readonly bareUrl?: string;
}

class UploadBench {
  verified = 0;

  constructor(
    private readonly load: ChildTask,
    private readonly rounds: number,
  ) {}

  async measure({ name, pid, postgres, bareUrl }: Taking, atOnce: number): Promise<Row> {
    tell(`${name}, ${String(atOnce)} at once`);
    const plan: UploadPlan = { atOnce, ...(bareUrl === undefined ? {} : { bareUrl }) };
    const cpuSeconds = (): number[] => [cpuSecondsOf(pid), postgres === undefined ? 0 : cpuSecondsOfFamily(postgres), cpuSecondsOf(this.load.pid)];
    const total = { megabytes: 0, seconds: 0, cpu: [0, 0, 0] };
    for (let round = 0; round < this.rounds; round++) {
      const before = cpuSeconds();
      const { bytes, seconds } = await this.load.ask<UploadFigures>('upload', plan);
      const spent = cpuSeconds().map((after, at) => after - before[at]!);
      total.cpu = total.cpu.map((sum, at) => sum + spent[at]!);
      total.megabytes += bytes / MB;
      total.seconds += seconds;
      this.verified += await this.load.ask<number>('verify');
    }
    const [server, database, sender] = total.cpu.map((seconds) => rounded((seconds * 1e3) / total.megabytes, 2));
    return {
      server: name,
      'at once': atOnce,
      'MB/s': rounded(total.megabytes / total.seconds),
      'server ms/MB': server!,
      'postgres ms/MB': postgres === undefined ? '' : database!,
      'load ms/MB': sender!,
    };
  }

  async warmUp(bareUrl: string): Promise<void> {
    for (const plan of [{ atOnce: WARMUP_FILES }, { atOnce: WARMUP_FILES, bareUrl }]) await this.load.ask('upload', plan);
    this.verified += await this.load.ask<number>('verify');
  }
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number | string>; rows: Row[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-bench-'));
  const server = await StandaloneProcess.start({ HOST: '127.0.0.1' });
  const [load, bare] = [startTask('../files/upload-load.process.ts'), startTask('../files/bare-files.process.ts')];
  try {
    const postgres = embeddedServerOf(server.dataDir).pid;
    const { url: bareUrl } = await bare.ask<{ url: string }>('start', { folder });
    await load.ask('open', { url: server.url, bytes: numberOption(options, 'megabytes', 100) * MB });
    const processors = pinApart(server.pid, [load.pid], postgres);
    pinApart(bare.pid, [], postgres);
    const bench = new UploadBench(load, numberOption(options, 'rounds', 2));
    await bench.warmUp(bareUrl);
    const atOnce = [1, numberOption(options, 'atOnce', 4)];
    const rows: Row[] = [];
    for (const files of atOnce) {
      rows.push(await bench.measure({ name: 'standalone', pid: server.pid, postgres }, files));
      rows.push(await bench.measure({ name: 'plain copy', pid: bare.pid, bareUrl }, files));
    }
    return { figures: { ...figuresOf(rows), verifiedFiles: bench.verified, processors }, rows };
  } finally {
    await Promise.all([load.stop(), bare.stop()]);
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

function figuresOf([one, plainOne, several, plainSeveral]: readonly Row[]): Record<string, number> {
  const ratio = (own: Row | undefined, plain: Row | undefined): number => rounded((own?.['MB/s'] ?? 0) / (plain?.['MB/s'] ?? 0), 2);
  return {
    megabytesPerSecond: one?.['MB/s'] ?? 0,
    ofPlainCopy: ratio(one, plainOne),
    megabytesPerSecondAtOnce: several?.['MB/s'] ?? 0,
    ofPlainCopyAtOnce: ratio(several, plainSeveral),
    serverMsPerMegabyte: one?.['server ms/MB'] ?? 0,
    plainServerMsPerMegabyte: plainOne?.['server ms/MB'] ?? 0,
  };
}
