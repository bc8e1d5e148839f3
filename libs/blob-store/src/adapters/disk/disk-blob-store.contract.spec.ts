import { describeBlobStoreContract } from '@agent-chat/blob-store/testing';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskBlobStore } from './disk-blob-store';

describeBlobStoreContract('DiskBlobStore', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-blobs-'));
  return { store: await DiskBlobStore.open(folder), dispose: async () => rmSync(folder, { recursive: true, force: true }) };
});

describe('DiskBlobStore', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'agent-chat-blobs-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('removes what a crash left half-written, and nothing else', async () => {
    const store = await DiskBlobStore.open(folder);
    await store.put('a/whole', Buffer.from('whole'));
    writeFileSync(join(folder, '.incoming', 'half'), 'ha');

    const again = await DiskBlobStore.open(folder);

    expect(readdirSync(join(folder, '.incoming'))).toEqual([]);
    await expect(again.list('a')).resolves.toEqual([{ key: 'a/whole', sizeBytes: 5 }]);
  });

  it('leaves no empty folders behind', async () => {
    const store = await DiskBlobStore.open(folder);
    await store.put('a/b/c', Buffer.from('c'));
    await store.put('a/d', Buffer.from('d'));

    await store.delete(['a/b/c']);
    expect(existsSync(join(folder, 'a/b'))).toBe(false);
    expect(existsSync(join(folder, 'a'))).toBe(true);
    await store.delete(['a/d']);

    expect(existsSync(join(folder, 'a'))).toBe(false);
    expect(existsSync(folder)).toBe(true);
  });

  it('says that it cannot store while its folder is gone, and leaves nothing half-written', async () => {
    const store = await DiskBlobStore.open(folder);
    rmSync(join(folder, '.incoming'), { recursive: true });

    await expect(store.put('a/b', Buffer.from('x'))).rejects.toMatchObject({ name: 'AppError' });
    await expect(store.list('a')).resolves.toEqual([]);
    chmodSync(folder, 0o755);
  });
});
