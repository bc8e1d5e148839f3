import { type BlobStore } from '@agent-chat/blob-store';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { FileBytes } from './file-bytes';

const BLOBS: Record<string, string> = { a: '0123', b: '45', c: '6789' };
const pieces = Object.entries(BLOBS).map(([key, { length }]) => ({ key, sizeBytes: length }));
const get = async (key: string, { start, end }: { start: number; end: number }): Promise<Readable> => {
  if (BLOBS[key] === undefined) throw new Error('away');
  return Readable.from([Buffer.from(BLOBS[key].slice(start, end + 1))]);
};
const bytes = new FileBytes({ get } as unknown as BlobStore);

describe('a file in pieces', () => {
  it('reads as one, in whichever range', async () => {
    for (let start = 0; start < 10; start += 1) {
      for (let end = start; end < 10; end += 1) {
        expect((await buffer(await bytes.read(pieces, start, end))).toString()).toBe('0123456789'.slice(start, end + 1));
      }
    }
  });

  it('has a beginning, however long it is', async () => {
    expect((await bytes.head(pieces, 5)).toString()).toBe('01234');
    expect((await bytes.head(pieces, 100)).toString()).toBe('0123456789');
    expect(await bytes.head([], 5)).toHaveLength(0);
  });

  it('fails before anything came where its first piece is away, and on its way where a later one is', async () => {
    const broken = [pieces[0]!, { key: 'gone', sizeBytes: 3 }];

    await expect(bytes.read([{ key: 'gone', sizeBytes: 3 }], 0, 2)).rejects.toThrow('away');
    await expect(buffer(await bytes.read(broken, 0, 6))).rejects.toThrow('away');
  });
});
