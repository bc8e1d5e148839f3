import sharp, { type Sharp } from 'sharp';
import { landscape } from '../../support/test-pictures';

/** An image as people send them. */
export interface Picture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly encode: (image: Sharp) => Sharp;
}

/** What a phone takes, what it sends on, what a screen shows, and what a page has. */
export const PICTURES: readonly Picture[] = [
  { name: 'photo-12mp.jpg', width: 4_000, height: 3_000, encode: (image) => image.jpeg({ quality: 85 }) },
  { name: 'photo-2mp.jpg', width: 1_600, height: 1_200, encode: (image) => image.jpeg({ quality: 85 }) },
  { name: 'screenshot.png', width: 1_920, height: 1_080, encode: (image) => image.png() },
  { name: 'picture.webp', width: 1_280, height: 960, encode: (image) => image.webp({ quality: 80 }) },
  { name: 'picture.avif', width: 1_280, height: 960, encode: (image) => image.avif({ quality: 60, effort: 2 }) },
  { name: 'small.gif', width: 480, height: 360, encode: (image) => image.gif() },
];

/** Fine grain, as a sensor makes it: a surface of one colour costs an encoder nothing. */
const GRAIN = { type: 'gaussian', mean: 128, sigma: 12 } as const;

/** Another one each time. */
export async function bytesOf({ width, height, encode }: Picture, hue: number): Promise<Buffer> {
  const grain = await sharp({ create: { width, height, channels: 3, background: '#808080', noise: GRAIN } })
    .png({ compressionLevel: 0 })
    .toBuffer();
  return encode(sharp(await landscape(width, height, hue)).composite([{ input: grain, blend: 'soft-light' }])).toBuffer();
}
