import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attribute, type HeavyFunction, OWNERS } from './attribution';
import { callTree, type CpuProfile } from './cpu-profile';
import { flameGraph, type FlameSource } from './flame-graph';
import { RUNTIME_STAGES, STAGES, UNATTRIBUTED } from './stages';

/** Microseconds a unit, by stage or by whose code. */
export type Micros = Readonly<Record<string, number>>;

/** What one process of a benchmark spent. */
export interface ProcessReport {
  /** `server`, `gateway`, `chat`. */
  readonly part: string;
  readonly stages: Micros;
  readonly owners: Micros;
  /** Beside the main thread: garbage collection, compilation, what libuv does in its pool. Without what sampling took there. */
  readonly otherThreads: number;
  readonly samples: number;
  /** The functions that took most themselves, and those that no stage is told of. */
  readonly heaviest: readonly FunctionMicros[];
  readonly unattributed: readonly FunctionMicros[];
}

export interface FunctionMicros {
  readonly place: string;
  readonly stage: string;
  readonly micros: number;
}

export interface ProfileReport {
  /** How many of each were done; all figures are of the first. */
  readonly units: Readonly<Record<string, number>>;
  readonly processes: readonly ProcessReport[];
}

/** What `test/bench/load/cpu-profiler.ts` leaves behind. */
interface ProfiledRun {
  readonly processes: readonly { readonly part: string; readonly file: string; readonly mainMicros: number; readonly otherMicros: number }[];
  readonly units: Readonly<Record<string, number>>;
}

const HEAVIEST = 12;
const MOST_UNATTRIBUTED = 5;
const ALL_STAGES = [...STAGES, ...RUNTIME_STAGES, UNATTRIBUTED];

/** Every stage, in the order of a message's way, with what is done in it. */
export const STAGE_TEXTS: readonly { readonly name: string; readonly does: string }[] = ALL_STAGES;

/**
 * Reads the profiles that a benchmark has left in a folder. The processor time of a main thread, as the kernel counts it, is shared out as its samples are: so the
 * stages sum up to it, and waiting for a processor counts for none.
 */
export function readProfiles(folder: string, title: string): { report: ProfileReport; svg: string } {
  const { processes, units } = read<ProfiledRun>(folder, 'run.json');
  const [unit = 'unit', count = 1] = Object.entries(units)[0] ?? [];
  const flames: FlameSource[] = [];
  const reports = processes.map(({ part, file, mainMicros, otherMicros }) => {
    const root = callTree(read<CpuProfile>(folder, file));
    const { samples, byStage, byOwner, functions } = attribute(root);
    const microsASample = mainMicros / Math.max(1, samples) / count;
    const micros = (counts: ReadonlyMap<string, number>, names: readonly string[]): Micros =>
      Object.fromEntries(names.flatMap((name) => (counts.has(name) ? [[name, rounded((counts.get(name) ?? 0) * microsASample)]] : [])));
    const most = (list: readonly HeavyFunction[], limit: number): FunctionMicros[] =>
      list.slice(0, limit).map(({ place, stage, samples: seen }) => ({ place, stage, micros: rounded(seen * microsASample) }));
    flames.push({ label: part, root, microsASample });
    return {
      part,
      stages: micros(
        byStage,
        ALL_STAGES.map(({ name }) => name),
      ),
      owners: micros(byOwner, OWNERS),
      otherThreads: rounded(otherMicros / count),
      samples,
      heaviest: most(functions, HEAVIEST),
      unattributed: most(
        functions.filter(({ stage }) => stage === UNATTRIBUTED.name),
        MOST_UNATTRIBUTED,
      ),
    };
  });
  return { report: { units, processes: reports }, svg: flameGraph(title, `a ${unit}`, flames) };
}

export { OWNERS } from './attribution';

export function sumOf(micros: Micros): number {
  return Object.values(micros).reduce((total, each) => total + each, 0);
}

function read<Content>(folder: string, file: string): Content {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Content;
}

function rounded(micros: number): number {
  return Math.round(micros * 100) / 100;
}
