import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const FOLDER = resolve(__dirname, '../../docs/spec');
/** Beyond this a search counts as unfinished, never as passed. */
const MEMORY_MB = 1_900;
const MAX_DEPTH = 1_000_000;

/** What an exhaustive search found. */
export interface Verdict {
  readonly states: number;
  readonly seconds: number;
  /** The assertion or claim that some behaviour breaks; the search ends there. */
  readonly broken: string | undefined;
}

export interface Search {
  readonly model: 'ownership' | 'publishing' | 'delivery';
  /** Macros, as `NAME` or `NAME=value`. */
  readonly defines?: readonly string[];
  /** Checks the model's LTL claim instead of its end states alone. */
  readonly liveness?: boolean;
}

/** Visits every state of a model, or as many as it takes to break something. Rejects if the search could not be completed. */
export async function search({ model, defines = [], liveness = false }: Search): Promise<Verdict> {
  const cwd = await mkdtemp(join(tmpdir(), 'agent-chat-spec-'));
  try {
    await cp(FOLDER, cwd, { recursive: true });
    const macros = [...defines, ...(liveness ? ['LIVENESS'] : [])].map((define) => `-D${define}`);
    await run('spin', [...macros, '-a', `${model}.pml`], { cwd }).catch(explain);
    await run('gcc', ['-O1', '-w', ...(liveness ? [] : ['-DSAFETY']), '-DCOLLAPSE', `-DMEMLIM=${MEMORY_MB}`, '-o', 'pan', 'pan.c'], { cwd }).catch(explain);
    const startedAt = performance.now();
    const { stdout } = await run('./pan', [`-m${MAX_DEPTH}`, '-E', ...(liveness ? ['-a'] : [])], { cwd });
    return verdictOf(stdout, (performance.now() - startedAt) / 1_000);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

function verdictOf(report: string, seconds: number): Verdict {
  const broken = /^pan:1: (.+?) \(at depth/m.exec(report)?.[1];
  const states = Number(/(\d+) states, stored/.exec(report)?.[1] ?? NaN);
  const errors = Number(/errors: (\d+)/.exec(report)?.[1] ?? NaN);
  const isCut = /max search depth too small|reached -DMEMLIM|out of memory/i.test(report);
  if (Number.isNaN(states) || errors !== (broken === undefined ? 0 : 1) || isCut || (broken === undefined && report.includes('Search not completed'))) {
    throw new Error(`The search was not completed:\n${report}`);
  }
  return { states, seconds, broken };
}

function explain(error: NodeJS.ErrnoException): never {
  if (error.code === 'ENOENT') throw new Error('The model checker needs spin and gcc: npm run provision, or apt-get install spin gcc', { cause: error });
  throw error;
}
