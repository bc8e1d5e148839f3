import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attribute, OWNERS } from './attribution';
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
  /** The functions that most of `unattributed` lies in, in microseconds a unit. */
  readonly unattributed: Micros;
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

const MOST_UNATTRIBUTED = 8;
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
    const { samples, byStage, byOwner, unattributed } = attribute(root);
    const microsASample = mainMicros / Math.max(1, samples) / count;
    const micros = (counts: ReadonlyMap<string, number>, names: readonly string[]): Micros =>
      Object.fromEntries(names.flatMap((name) => (counts.has(name) ? [[name, rounded((counts.get(name) ?? 0) * microsASample)]] : [])));
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
      unattributed: Object.fromEntries(unattributed.slice(0, MOST_UNATTRIBUTED).map(({ place, samples: seen }) => [place, rounded(seen * microsASample)])),
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
