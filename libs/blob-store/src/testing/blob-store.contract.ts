import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { type BlobStore, MAX_BLOB_BYTES } from '../blob-store.port';

export interface BlobStoreHarness {
  readonly store: BlobStore;
  dispose(): Promise<void>;
}

/** What every `BlobStore` keeps, whatever carries it. */
export function describeBlobStoreContract(name: string, open: () => Promise<BlobStoreHarness>): void {
  describe(`${name} as a blob store`, () => {
    let harness: BlobStoreHarness;
    let store: BlobStore;

    beforeEach(async () => {
      harness = await open();
      ({ store } = harness);
    });

    afterEach(async () => {
      await store.close();
      await store.close();
      await harness.dispose();
    });

    const read = async (...args: Parameters<BlobStore['get']>): Promise<Buffer> => buffer(await store.get(...args));

    it('gives back what was stored, byte for byte', async () => {
      const bytes = randomBytes(3_000_000);
      await store.put('folder/a.bin', bytes);
      await store.put('folder/empty', Buffer.alloc(0));

      expect((await read('folder/a.bin')).equals(bytes)).toBe(true);
      await expect(read('folder/empty')).resolves.toHaveLength(0);
    });

    it('takes a blob of the greatest length, and none above', async () => {
      const bytes = Buffer.alloc(MAX_BLOB_BYTES, 7);
      await store.put('large', bytes);
      expect((await read('large')).equals(bytes)).toBe(true);

      await expect(store.put('larger', Buffer.alloc(MAX_BLOB_BYTES + 1))).rejects.toMatchObject({ code: 'FRAME_TOO_LARGE' });
      await expect(read('larger')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('gives ranges, both ends included', async () => {
      await store.put('digits', Buffer.from('0123456789'));

      await expect(read('digits', { start: 0, end: 0 })).resolves.toEqual(Buffer.from('0'));
      await expect(read('digits', { start: 3, end: 5 })).resolves.toEqual(Buffer.from('345'));
      await expect(read('digits', { start: 9, end: 9 })).resolves.toEqual(Buffer.from('9'));
      await expect(read('digits', { start: 0, end: 9 })).resolves.toEqual(Buffer.from('0123456789'));
    });

    it('takes a key again', async () => {
      await store.put('a/b', Buffer.from('same'));
      await store.put('a/b', Buffer.from('same'));

      await expect(read('a/b')).resolves.toEqual(Buffer.from('same'));
      await expect(store.list('a')).resolves.toEqual([{ key: 'a/b', sizeBytes: 4 }]);
    });

    it('lists a folder and what is below, by key, and no other', async () => {
      for (const key of ['x/2', 'x/1', 'x/10', 'x/y/1', 'xy/1']) await store.put(key, Buffer.from(key));

      await expect(store.list('x')).resolves.toEqual([
        { key: 'x/1', sizeBytes: 3 },
        { key: 'x/10', sizeBytes: 4 },
        { key: 'x/2', sizeBytes: 3 },
        { key: 'x/y/1', sizeBytes: 5 },
      ]);
      await expect(store.list('nowhere')).resolves.toEqual([]);
    });

    it('lists more than fits into one answer of a server', async () => {
      const keys = Array.from({ length: 1_100 }, (_, n) => `many/${String(n).padStart(5, '0')}`);
      for (let at = 0; at < keys.length; at += 50) await Promise.all(keys.slice(at, at + 50).map((key) => store.put(key, Buffer.from('x'))));

      const found = await store.list('many');
      await store.delete(keys);

      expect(found.map(({ key }) => key)).toEqual(keys);
      await expect(store.list('many')).resolves.toEqual([]);
    }, 60_000);

    it('removes blobs, also those that are gone already', async () => {
      await store.put('a/1', Buffer.from('1'));
      await store.put('a/2', Buffer.from('2'));

      await store.delete(['a/1', 'a/nothing', 'b/nothing']);
      await store.delete(['a/1']);
      await store.delete([]);

      await expect(store.list('a')).resolves.toEqual([{ key: 'a/2', sizeBytes: 1 }]);
      await expect(read('a/1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('stores and removes in one folder at once', async () => {
      const rounds = Array.from({ length: 30 }, async (_, n) => {
        await store.put(`busy/${n}`, Buffer.from('x'));
        await store.delete([`busy/${n}`]);
      });
      await Promise.all(rounds);

      await expect(store.list('busy')).resolves.toEqual([]);
    });

    it.each(['', '/a', 'a/', 'a//b', '../a', 'a/../b', '.hidden', 'a b', 'a\0b', 'ä', 'a'.repeat(201)])('refuses %j, which is no key', async (key) => {
      const refusal = { code: 'VALIDATION_FAILED' };
      await expect(store.put(key, Buffer.from('x'))).rejects.toMatchObject(refusal);
      await expect(store.get(key)).rejects.toMatchObject(refusal);
      await expect(store.delete([key])).rejects.toMatchObject(refusal);
      await expect(store.list(key)).rejects.toMatchObject(refusal);
    });

    it('answers', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}
