import { type MadeImage } from '../application/image-maker';

/** What the process that works on images is told. */
export interface ImageTask {
  readonly wanted: 'variants' | 'avatar';
  readonly image: Uint8Array;
  readonly maxPixels: number;
  /** What each picture made of it may take, of the clock; as `SharpImageMaker` says unless given. */
  readonly seconds: number | undefined;
}

/** What it answers; `broken` says why an image can't be read, `failed` why it was not made this time. */
export type ImageAnswer = { readonly made: MadeImage | Buffer } | { readonly broken: string } | { readonly failed: string };
