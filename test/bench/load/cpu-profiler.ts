import { eventually } from '@agent-chat/testing';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What one process spent while it was sampled, in microseconds of processor time. */
export interface ThreadTimes {
  readonly mainMicros: number;
  /** Garbage collection, compilation, file and DNS work beside the main thread. */
  readonly otherMicros: number;
  /** What sampling itself took, beside the main thread. */
  readonly profilerMicros: number;
}

export interface ProfiledProcess extends ThreadTimes {
  /** What it is: `gateway`, `chat`. */
  readonly part: string;
  readonly file: string;
}

/** What `npm run profile` reads: which profiles there are, and how much work was done meanwhile. */
export interface ProfiledRun {
  readonly processes: readonly ProfiledProcess[];
  /** How many of each unit of work were done, the first one being what the benchmark is about: `{ message: 40000, delivery: 400000 }`. */
  readonly units: Readonly<Record<string, number>>;
}

type Parts = Readonly<Record<string, readonly number[]>>;

const PRELOADED = join(__dirname, 'sample-cpu.cjs');
/** As V8 names the thread that turns samples into a profile. */
const PROFILER_THREAD = 'v8:Prof';
const WRITTEN_WITHIN = { timeoutMs: 30_000, intervalMs: 20 };

/** Samples what the main threads of a system's Node processes do while something is measured. */
export class CpuProfiler {
  private readonly folder: string;

  private constructor(folder: string) {
    if (!existsSync('/proc/self/schedstat')) throw new Error('Profiles are taken on Linux: its kernel tells the processor time of each thread');
    this.folder = resolve(folder);
    mkdirSync(this.folder, { recursive: true });
  }

  /** None unless a folder is named: a run that is sampled is not quite as fast. */
  static in(folder: string | undefined): CpuProfiler | undefined {
    return folder === undefined ? undefined : new CpuProfiler(folder);
  }

  /** For Node, of each process that is to be sampled. */
  get nodeArguments(): readonly string[] {
    return ['--require', PRELOADED, `--diagnostic-dir=${this.folder}`];
  }

  /** Samples those of the processes that are Node's and were started with `nodeArguments`, from when `act` begins until it is done. */
  async sample<Result>(parts: Parts, unitsOf: (result: Result) => Readonly<Record<string, number>>, act: () => Promise<Result>): Promise<Result> {
    const sampled = Object.entries(parts).flatMap(([part, pids]) => pids.filter(isPreloaded).map((pid) => ({ part, pid })));
    await Promise.all(sampled.map(({ pid }) => this.tell(pid, 'sampling')));
    const before = sampled.map(({ pid }) => threadTimes(pid));
    const result = await act();
    const spent = sampled.map(({ pid }, index) => difference(threadTimes(pid), before[index]!));
    await Promise.all(sampled.map(({ pid }) => this.tell(pid, 'cpuprofile')));
    const processes = sampled.map(({ part, pid }, index) => ({ part, file: this.name(part, pid), ...spent[index]! }));
    writeFileSync(join(this.folder, 'run.json'), JSON.stringify({ processes, units: unitsOf(result) } satisfies ProfiledRun, null, 2));
    return result;
  }

  /** Resolves once the process says by a file that it has done so. */
  private async tell(pid: number, done: 'sampling' | 'cpuprofile'): Promise<void> {
    const file = join(this.folder, `${String(pid)}.${done}`);
    rmSync(file, { force: true });
    process.kill(pid, 'SIGUSR2');
    await eventually(() => (existsSync(file) ? Promise.resolve() : Promise.reject(new Error(`${file} was not written`))), WRITTEN_WITHIN);
  }

  private name(part: string, pid: number): string {
    const file = `${part}.cpuprofile`;
    const free = existsSync(join(this.folder, file)) ? `${part}-${String(pid)}.cpuprofile` : file;
    renameSync(join(this.folder, `${String(pid)}.cpuprofile`), join(this.folder, free));
    rmSync(join(this.folder, `${String(pid)}.sampling`));
    return free;
  }
}

/** A signal would end any other process. */
function isPreloaded(pid: number): boolean {
  return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes(PRELOADED);
}

function threadTimes(pid: number): ThreadTimes {
  const times = { mainMicros: 0, otherMicros: 0, profilerMicros: 0 };
  for (const thread of readdirSync(`/proc/${String(pid)}/task`)) {
    const folder = `/proc/${String(pid)}/task/${thread}`;
    const micros = Number(readFileSync(join(folder, 'schedstat'), 'utf8').split(' ')[0]) / 1_000;
    if (thread === String(pid)) times.mainMicros += micros;
    else if (readFileSync(join(folder, 'comm'), 'utf8').startsWith(PROFILER_THREAD)) times.profilerMicros += micros;
    else times.otherMicros += micros;
  }
  return times;
}

function difference(after: ThreadTimes, before: ThreadTimes): ThreadTimes {
  return {
    mainMicros: after.mainMicros - before.mainMicros,
    otherMicros: after.otherMicros - before.otherMicros,
    profilerMicros: after.profilerMicros - before.profilerMicros,
  };
}
