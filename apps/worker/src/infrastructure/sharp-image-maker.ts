import { type VariantName } from '@agent-chat/contracts';
import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { BrokenImageError, ImageMaker, type MadeImage, type MadeVariant } from '../application/image-maker';

const PLACEHOLDER_SIDE = 16;
const THUMBNAIL_SIDE = 320;
/** Of an image that is no longer than the side before, a side says nothing new. */
const SIDES = [640, 1280, 2048] as const;
/** Of a person's picture: large enough for where it is shown largest, on screens with several pixels a point. */
const AVATAR_SIDE = 256;
/** What sharp calls the formats that pictures of people may have. */
const AVATAR_FORMATS: readonly string[] = ['jpeg', 'png', 'webp', 'gif', 'heif'];
/** Of the clock, for one picture: where processors are short that may be long. */
const SECONDS = 120;

/** How sharp says so. */
const TIMEOUT = 'timeout: ';

type Encode = (image: Sharp) => Sharp;
const webp: Encode = (image) => image.webp({ quality: 78, effort: 4 });
const avif: Encode = (image) => image.avif({ quality: 50, effort: 2 });
const jpeg: Encode = (image) => image.flatten({ background: '#ffffff' }).jpeg({ quality: 78, progressive: true });

interface Wanted {
  readonly name: VariantName;
  readonly side: number;
  readonly type: string;
  readonly encode: Encode;
}

// Images come once each: what libvips keeps of one serves no other. One thread an image leaves the others to whoever answers people.
sharp.cache(false);
sharp.concurrency(1);

/** Smaller pictures by libvips. Metadata is left out, and the orientation that it held applied. */
export class SharpImageMaker extends ImageMaker {
  /** `maxPixels`: an image with more is broken; as many are taken at the upload. `seconds`: what each picture made of it may take. */
  constructor(
    private readonly maxPixels: number,
    private readonly seconds = SECONDS,
  ) {
    super();
  }

  /** Rejects with something else than `BrokenImageError` when a picture took too long: that says as much about the machine as about the image. */
  override make(image: Buffer): Promise<MadeImage> {
    return unlessBroken(async () => {
      const { autoOrient } = await this.open(image).metadata();
      const variants: MadeVariant[] = [];
      for (const wanted of wantedOf(Math.max(autoOrient.width, autoOrient.height))) variants.push(await this.makeOne(image, wanted));
      return { placeholder: await this.placeholder(image), variants };
    });
  }

  override makeAvatar(image: Buffer): Promise<Buffer> {
    return unlessBroken(async () => {
      const { format } = await this.open(image).metadata();
      if (!AVATAR_FORMATS.includes(format)) throw new Error(`a picture in the format ${format}`);
      return webp(this.open(image).resize(AVATAR_SIDE, AVATAR_SIDE, { fit: 'cover' })).toBuffer();
    });
  }

  /** Only the first picture of several. */
  private open(image: Buffer): Sharp {
    return sharp(image, { limitInputPixels: this.maxPixels, failOn: 'error', pages: 1, autoOrient: true }).timeout({ seconds: this.seconds });
  }

  private async makeOne(image: Buffer, { name, side, type, encode }: Wanted): Promise<MadeVariant> {
    const smaller = this.open(image).resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
    const { data, info } = await encode(smaller).toBuffer({ resolveWithObject: true });
    return { name, type, ...sizeOf(info), sizeBytes: data.byteLength, bytes: data };
  }

  private async placeholder(image: Buffer): Promise<string> {
    const tiny = this.open(image).resize({ width: PLACEHOLDER_SIDE, height: PLACEHOLDER_SIDE, fit: 'inside', withoutEnlargement: true }).blur();
    return `data:image/webp;base64,${(await tiny.webp({ quality: 30, effort: 6 }).toBuffer()).toString('base64')}`;
  }
}

async function unlessBroken<Made>(work: () => Promise<Made>): Promise<Made> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason.startsWith(TIMEOUT)) throw error;
    throw new BrokenImageError(reason, { cause: error });
  }
}

function wantedOf(longerSide: number): Wanted[] {
  const sides = SIDES.filter((_, at) => longerSide > (SIDES[at - 1] ?? THUMBNAIL_SIDE));
  return [
    { name: 'thumbnail.webp', side: THUMBNAIL_SIDE, type: 'image/webp', encode: webp },
    { name: 'thumbnail.jpg', side: THUMBNAIL_SIDE, type: 'image/jpeg', encode: jpeg },
    ...sides.flatMap((side): Wanted[] => [
      { name: `${side}.webp` as VariantName, side, type: 'image/webp', encode: webp },
      { name: `${side}.avif` as VariantName, side, type: 'image/avif', encode: avif },
    ]),
  ];
}

function sizeOf({ width, height }: OutputInfo): { width: number; height: number } {
  return { width, height };
}
