import { type BlobStore } from '@agent-chat/blob-store';
import { type AppConfig } from '@agent-chat/config';
import { newId } from '@agent-chat/kernel';
import { Readable } from 'node:stream';
import sharp, { type Sharp } from 'sharp';
import { FileBytes } from '../application/file-bytes';
import { type FileRecord } from '../application/file-record';
import { RunningDigests } from '../application/running-digests';
import { ContentInspector } from './content-inspector';

const config = { files: { maxImagePixels: 1_000_000, refusedTypes: ['application/x-elf'] } } as unknown as AppConfig;

/** A file of these bytes in pieces of the given length. */
function fileOf(bytes: Buffer, { pieceBytes = 1_000, wantedSha256 = null }: { pieceBytes?: number; wantedSha256?: string | null } = {}) {
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, at) => bytes.subarray(at * pieceBytes, (at + 1) * pieceBytes));
  const get = async (key: string, range = { start: 0, end: Infinity }): Promise<Readable> =>
    Readable.from([pieces[Number(key)]!.subarray(range.start, range.end + 1)]);
  const inspector = new ContentInspector(new FileBytes({ get } as unknown as BlobStore), new RunningDigests(), config);
  const record = {
    attachmentId: newId(),
    sizeBytes: bytes.length,
    wantedSha256,
    pieces: pieces.map((piece, key) => ({ key: String(key), sizeBytes: piece.length })),
  };
  return inspector.inspect(record as unknown as FileRecord);
}

const image = (width: number, height: number): Sharp => sharp({ create: { width, height, channels: 3, background: '#123456' } });

describe('what a file is', () => {
  it('is told by what it holds, with its digest over all pieces', async () => {
    await expect(fileOf(Buffer.from('hello'), { pieceBytes: 2 })).resolves.toEqual({
      type: 'text/plain',
      sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      isImage: false,
    });
  });

  it.each([
    ['text/plain', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['text/plain', Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['text/plain', Buffer.from('ümläute')],
    ['application/octet-stream', Buffer.from([1, 2, 0, 3])],
    ['application/octet-stream', Buffer.from([0x80, 0x81, 0x82])],
    ['application/pdf', Buffer.from('%PDF-1.7\n')],
    ['application/octet-stream', Buffer.from('GIF89a=1;/* no picture at all */')],
  ])('is %s', async (type, bytes) => {
    await expect(fileOf(bytes)).resolves.toMatchObject({ type, isImage: false });
  });

  it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)('is an image with its size: %s', async (format) => {
    const bytes = await image(30, 20).toFormat(format).toBuffer();

    await expect(fileOf(bytes, { pieceBytes: 100 })).resolves.toMatchObject({ type: `image/${format}`, width: 30, height: 20, isImage: true });
  });

  it('has the size that it is shown with, where a camera was turned', async () => {
    const bytes = await image(30, 20).jpeg().withMetadata({ orientation: 6 }).toBuffer();

    await expect(fileOf(bytes)).resolves.toMatchObject({ width: 20, height: 30 });
  });

  it('is refused for a digest that was not announced, for its type, and for its pixels', async () => {
    await expect(fileOf(Buffer.from('hello'), { wantedSha256: '0'.repeat(64) })).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    await expect(fileOf(Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(60)]))).rejects.toMatchObject({ code: 'FILE_REFUSED' });
    await expect(fileOf(await image(1_001, 1_000).png().toBuffer())).rejects.toMatchObject({ code: 'FILE_REFUSED' });
    await expect(fileOf(await image(1_000, 1_000).png().toBuffer())).resolves.toMatchObject({ isImage: true });
  });

  it('is a file like any other where its header is broken', async () => {
    const bytes = (await image(30, 20).png().toBuffer()).subarray(0, 20);

    await expect(fileOf(bytes)).resolves.toMatchObject({ type: 'application/octet-stream', isImage: false });
  });

  it('is found out of one image after the other, also behind one that is refused', async () => {
    const [large, small] = [await image(1_001, 1_000).png().toBuffer(), await image(3, 2).png().toBuffer()];
    const reads: string[] = [];
    let open = 0;
    const get = async (key: string): Promise<Readable> => {
      reads.push(`${key} ${String((open += 1))}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= 1;
      return Readable.from([key === 'large' ? large : small]);
    };
    const inspector = new ContentInspector(
      new FileBytes({ get } as unknown as BlobStore),
      { of: () => 'known', forget: () => undefined } as unknown as RunningDigests,
      config,
    );
    const inspect = (key: string, { length }: Buffer) =>
      inspector.inspect({ attachmentId: newId(), sizeBytes: length, wantedSha256: null, pieces: [{ key, sizeBytes: length }] } as unknown as FileRecord);

    const results = await Promise.allSettled([inspect('large', large), inspect('small', small), inspect('small', small)]);

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    // Behind all beginnings and the large one as a whole: none is open beside another.
    expect(reads.slice(4)).toEqual(['small 1', 'small 1']);
  });
});
