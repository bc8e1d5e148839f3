import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StandaloneProcess } from '../support/standalone-process';
import { type BareImages, type BareTask } from './files/bare-sharp.process';
import { type MadePictures, type VariantDigests } from './files/picture-load.process';
import { bytesOf, PICTURES } from './files/pictures';
import { type ChildTask, startTask } from './load/child-task';
import { type BenchOptions, numberOption, rounded, tell } from './load/options';
import { pinApart } from './load/pinning';
import { cpuSecondsOf, cpuSecondsOfFamily, embeddedServerOf } from './load/process-usage';

export const description =
  'images of several sizes and formats, from the first byte sent until all smaller pictures can be had, one at a time and queued, beside bare sharp that makes ' +
  'the same of the same bytes, with as many threads; every smaller picture is compared by its digest (each=2)';

const HUE_STEP = 17;

interface Row extends Record<string, number | string> {
  readonly images: string;
  readonly 'smaller pictures': number;
  readonly 'ready after ms': number;
  readonly 'bare sharp ms': number;
}

interface Measured extends MadePictures {
  readonly cpuSeconds: number;
}

/** What the worker made, and what sharp makes of the same. */
interface Outcome {
  readonly one: readonly Measured[];
  readonly all: Measured;
  readonly made: VariantDigests;
  readonly bare: BareImages & { readonly cpuSeconds: number };
}

/** Images of each kind, kind after kind; no two are alike. */
async function writePictures(folder: string, each: number): Promise<string[]> {
  const files: string[] = [];
  for (const picture of PICTURES) {
    for (let at = 0; at < each; at++) {
      const file = join(folder, `${String(at)}-${picture.name}`);
      writeFileSync(file, await bytesOf(picture, files.length * HUE_STEP));
      files.push(file);
    }
  }
  return files;
}

async function send(load: ChildTask, pid: number, files: readonly string[]): Promise<Measured> {
  // With its process that works on images; Postgres counts for itself but for the process that the others of it are children of, which does nothing.
  const before = cpuSecondsOfFamily(pid);
  const made = await load.ask<MadePictures>('send', { files });
  return { ...made, cpuSeconds: cpuSecondsOfFamily(pid) - before };
}

/** Resolves with how many smaller pictures are the same, to the byte; rejects if one is not. */
function compare(made: VariantDigests, { digests }: BareImages): number {
  const flat = (all: VariantDigests): string[] => all.flatMap((each, at) => Object.entries(each).map(([name, digest]) => `${String(at)} ${name} ${digest}`));
  const [own, others] = [flat(made), new Set(flat(digests))];
  const different = own.find((picture) => !others.has(picture));
  if (own.length === 0 || own.length !== others.size || different !== undefined)
    throw new Error(`The worker and sharp made different pictures: ${different ?? ''}`);
  return own.length;
}

async function measure(load: ChildTask, bare: ChildTask, pid: number, files: readonly string[], each: number): Promise<Outcome> {
  await send(load, pid, files.slice(-1));
  const one: Measured[] = [];
  for (const [at, { name }] of PICTURES.entries()) {
    tell(name);
    one.push(await send(load, pid, files.slice(at * each, at * each + 1)));
  }
  tell(`${String(files.length)} images, queued`);
  const all = await send(load, pid, files);
  const made = await load.ask<VariantDigests>('verify', all);
  tell('bare sharp');
  const tasks = files.map((file, at): BareTask => ({ file, variants: Object.keys(made[at] ?? {}) }));
  await bare.ask('make', { tasks: tasks.slice(-1) });
  const before = cpuSecondsOf(bare.pid);
  const images = await bare.ask<BareImages>('make', { tasks });
  return { one, all, made, bare: { ...images, cpuSeconds: cpuSecondsOf(bare.pid) - before } };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const ms = (seconds: number): number => Math.round(seconds * 1_000);

function rowsOf({ one, all, made, bare }: Outcome, each: number): Row[] {
  const count = made.length;
  const pictures = (at: number): number => Object.keys(made[at] ?? {}).length;
  const single = PICTURES.map(({ name, width, height }, at): Row => ({
    images: `${name}, ${String(width)} x ${String(height)}`,
    'smaller pictures': pictures(at * each),
    'ready after ms': ms(one[at]!.seconds),
    'bare sharp ms': ms(sum(bare.seconds.slice(at * each, (at + 1) * each)) / each),
    'server ms': ms(one[at]!.cpuSeconds),
  }));
  const together: Row = {
    images: `${String(count)} queued: an image`,
    'smaller pictures': rounded(sum(made.map((_, at) => pictures(at))) / count),
    'ready after ms': ms(all.seconds / count),
    'bare sharp ms': ms(sum(bare.seconds) / count),
    'server ms': ms(all.cpuSeconds / count),
  };
  return [...single, together];
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number | string>; rows: Row[] }> {
  const each = numberOption(options, 'each', 2);
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-bench-'));
  const server = await StandaloneProcess.start({ HOST: '127.0.0.1' });
  const [load, bare] = [startTask('../files/picture-load.process.ts'), startTask('../files/bare-sharp.process.ts')];
  try {
    const files = await writePictures(folder, each);
    await load.ask('open', { url: server.url });
    const postgres = embeddedServerOf(server.dataDir).pid;
    const processors = pinApart(server.pid, [load.pid], postgres);
    pinApart(bare.pid, [], postgres);
    const outcome = await measure(load, bare, server.pid, files, each);
    const imagesPerSecond = files.length / outcome.all.seconds;
    const barePerSecond = files.length / sum(outcome.bare.seconds);
    return {
      figures: {
        imagesPerSecond: rounded(imagesPerSecond, 2),
        bareImagesPerSecond: rounded(barePerSecond, 2),
        ofBare: rounded(imagesPerSecond / barePerSecond, 2),
        serverMsPerImage: ms(outcome.all.cpuSeconds / files.length),
        bareMsPerImage: ms(outcome.bare.cpuSeconds / files.length),
        comparedPictures: compare(outcome.made, outcome.bare),
        processors,
      },
      rows: rowsOf(outcome, each),
    };
  } finally {
    await Promise.all([load.stop(), bare.stop()]);
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}
