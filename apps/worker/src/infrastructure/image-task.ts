import { type MadeImage } from '../application/image-maker';

/** What the process that works on images is told. */
export interface ImageTask {
  readonly image: Uint8Array;
  readonly maxPixels: number;
}

/** What it answers; `broken` says why an image can't be read. */
export type ImageAnswer = { readonly made: MadeImage } | { readonly broken: string };
