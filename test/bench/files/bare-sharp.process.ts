import { serveTasks } from '@agent-chat/load';
import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { digestOf } from './digests';

/** An image, and the names of what is to be made of it. */
export interface BareTask {
  readonly file: string;
  readonly variants: readonly string[];
}

export interface BareImages {
  /** By image, in the order asked for. */
  readonly seconds: readonly number[];
  /** By image and variant. */
  readonly digests: readonly Readonly<Record<string, string>>[];
}

const THUMBNAIL_SIDE = 320;
const PLACEHOLDER_SIDE = 16;
const ENCODERS: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  webp: (image) => image.webp({ quality: 78, effort: 4 }),
  avif: (image) => image.avif({ quality: 50, effort: 2 }),
  jpg: (image) => image.flatten({ background: '#ffffff' }).jpeg({ quality: 78, progressive: true }),
};

// As many threads as the worker takes.
sharp.concurrency(1);
sharp.cache(false);

function smaller(image: Buffer, side: number): Sharp {
  return sharp(image, { pages: 1, autoOrient: true }).resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
}

async function makeOne(image: Buffer, variant: string): Promise<Buffer> {
  const [side = '', format = ''] = variant.split('.');
  const encode = ENCODERS[format];
  if (encode === undefined) throw new Error(`Nobody makes ${variant}`);
  return encode(smaller(image, side === 'thumbnail' ? THUMBNAIL_SIDE : Number(side))).toBuffer();
}

async function makeAll({ bytes, variants }: { bytes: Buffer; variants: readonly string[] }): Promise<[string, Buffer][]> {
  const made: [string, Buffer][] = [];
  for (const variant of variants) made.push([variant, await makeOne(bytes, variant)]);
  // What is shown while the others are still on their way.
  await smaller(bytes, PLACEHOLDER_SIDE).blur().webp({ quality: 30, effort: 6 }).toBuffer();
  return made;
}

/** One image after the other, from bytes in memory to bytes in memory. */
async function make({ tasks }: { tasks: readonly BareTask[] }): Promise<BareImages> {
  const images = tasks.map(({ file, variants }) => ({ bytes: readFileSync(file), variants }));
  const [seconds, digests]: [number[], Record<string, string>[]] = [[], []];
  for (const image of images) {
    const startMs = performance.now();
    const made = await makeAll(image);
    seconds.push((performance.now() - startMs) / 1_000);
    digests.push(Object.fromEntries(made.map(([variant, bytes]) => [variant, digestOf(bytes)])));
  }
  return { seconds, digests };
}

serveTasks({ make });
