import sharp, { type Sharp } from 'sharp';
import { BrokenImageError } from '../application/image-maker';
import { SharpImageMaker } from './sharp-image-maker';

const maker = new SharpImageMaker(4_000_000);
/** Red on the left, blue on the right. */
const halves = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: '#0000ff' } }).composite([
    { input: { create: { width: width / 2, height, channels: 3, background: '#ff0000' } }, left: 0, top: 0 },
  ]);
const colourAt = async (image: Buffer, left: number, top: number): Promise<'red' | 'blue'> => {
  const { data } = await sharp(image).removeAlpha().extract({ left, top, width: 1, height: 1 }).raw().toBuffer({ resolveWithObject: true });
  return data[0]! > data[2]! ? 'red' : 'blue';
};

describe('the smaller pictures of an image', () => {
  it('have the sides that say something new, in two formats, and never more pixels than it', async () => {
    const { variants } = await maker.make(await halves(1000, 500).png().toBuffer());

    expect(variants.map(({ name, type, width, height }) => [name, type, width, height])).toEqual([
      ['thumbnail.webp', 'image/webp', 320, 160],
      ['thumbnail.jpg', 'image/jpeg', 320, 160],
      ['640.webp', 'image/webp', 640, 320],
      ['640.avif', 'image/avif', 640, 320],
      ['1280.webp', 'image/webp', 1000, 500],
      ['1280.avif', 'image/avif', 1000, 500],
    ]);
    expect((await maker.make(await halves(100, 50).png().toBuffer())).variants.map(({ name, width }) => [name, width])).toEqual([
      ['thumbnail.webp', 100],
      ['thumbnail.jpg', 100],
    ]);
    for (const { bytes, sizeBytes, type } of variants) {
      expect(bytes).toHaveLength(sizeBytes);
      expect(type).toContain((await sharp(bytes).metadata()).format.replace('heif', 'avif'));
    }
    const jpeg = variants.find(({ name }) => name === 'thumbnail.jpg');
    expect((await sharp(jpeg!.bytes).metadata()).isProgressive).toBe(true);
  });

  it('are the right way up, and hold nothing that a camera wrote', async () => {
    const turned = await halves(400, 400)
      .jpeg()
      .withExif({ IFD0: { Copyright: 'somebody' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .toBuffer();

    const { variants } = await maker.make(turned);

    for (const { bytes, width } of variants) {
      const { exif, xmp, iptc, icc, orientation } = await sharp(bytes).metadata();
      expect([exif, xmp, iptc, icc, orientation]).toEqual([undefined, undefined, undefined, undefined, undefined]);
      // Turned clockwise, left is up.
      expect([await colourAt(bytes, width / 2, 5), await colourAt(bytes, width / 2, width - 5)]).toEqual(['red', 'blue']);
    }
  });

  it('come with a tiny one to be shown before', async () => {
    const { placeholder } = await maker.make(await halves(800, 400).jpeg().toBuffer());

    const [head, base64 = ''] = placeholder.split(',');
    expect(head).toBe('data:image/webp;base64');
    expect(placeholder.length).toBeLessThan(1_000);
    expect(await sharp(Buffer.from(base64, 'base64')).metadata()).toMatchObject({ width: 16, height: 8 });
  });

  it('are the same bytes each time', async () => {
    const image = await halves(700, 300).jpeg().toBuffer();

    expect(await maker.make(image)).toEqual(await maker.make(image));
  });

  it('are made of the first picture of a moving one', async () => {
    const frames = await sharp(await halves(64, 128).png().toBuffer(), { pages: 1 })
      .gif()
      .toBuffer();

    expect((await maker.make(frames)).variants[0]).toMatchObject({ width: 64, height: 128 });
  });

  it.each([
    [
      'that is cut off',
      async () =>
        (
          await sharp({ create: { width: 900, height: 900, channels: 3, background: '#aaa', noise: { type: 'gaussian', mean: 128, sigma: 30 } } })
            .jpeg()
            .toBuffer()
        ).subarray(0, 20_000),
    ],
    ['with more pixels than are taken', () => halves(2_002, 2_000).png().toBuffer()],
    ['that is none', () => Promise.resolve(Buffer.from('no image'))],
    ['that is empty', () => Promise.resolve(Buffer.alloc(0))],
  ])('are not made of one %s', async (_, image) => {
    await expect(maker.make(await image())).rejects.toThrow(BrokenImageError);
  });
});

describe("a person's picture", () => {
  const noise = (width: number, height: number): Sharp =>
    sharp({ create: { width, height, channels: 3, background: '#aaa', noise: { type: 'gaussian', mean: 128, sigma: 30 } } });

  it.each([
    ['a JPEG', (image: Sharp) => image.jpeg()],
    ['a PNG', (image: Sharp) => image.png()],
    ['a WebP', (image: Sharp) => image.webp()],
    ['a GIF', (image: Sharp) => image.gif()],
    ['an AVIF', (image: Sharp) => image.avif({ effort: 0 })],
  ])('is the middle of %s, as a square', async (_, encode) => {
    const picture = await maker.makeAvatar(await encode(sharp(await halves(900, 300).png().toBuffer())).toBuffer());

    expect(await sharp(picture).metadata()).toMatchObject({ format: 'webp', width: 256, height: 256 });
    expect([await colourAt(picture, 60, 128), await colourAt(picture, 196, 128)]).toEqual(['red', 'blue']);
  });

  it('is the right way up, holds nothing that a camera wrote, and is the same bytes each time', async () => {
    const turned = await halves(40, 40)
      .jpeg()
      .withExif({ IFD0: { Copyright: 'somebody' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .toBuffer();

    const picture = await maker.makeAvatar(turned);

    const { exif, xmp, iptc, icc, orientation } = await sharp(picture).metadata();
    expect([exif, xmp, iptc, icc, orientation]).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect([await colourAt(picture, 128, 40), await colourAt(picture, 128, 216)]).toEqual(['red', 'blue']);
    expect(await maker.makeAvatar(turned)).toEqual(picture);
  });

  it.each([
    ['that is cut off', async () => (await noise(900, 900).jpeg().toBuffer()).subarray(0, 20_000)],
    ['with more pixels than are taken', () => halves(2_002, 2_000).png().toBuffer()],
    [
      'that is drawn as SVG',
      () => Promise.resolve(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>')),
    ],
    ['in another format', () => noise(9, 9).tiff().toBuffer()],
    ['that is none', () => Promise.resolve(Buffer.from('no image'))],
    ['that is empty', () => Promise.resolve(Buffer.alloc(0))],
  ])('is not made of one %s', async (_, image) => {
    await expect(maker.makeAvatar(await image())).rejects.toThrow(BrokenImageError);
  });
});
