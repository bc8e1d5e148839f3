import { type BlobStore } from '@agent-chat/blob-store';
import { S3BlobStore } from '@agent-chat/blob-store/adapters/s3';
import { loadConfig } from '@agent-chat/config';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type TestedSystem } from './tested-system';

/** Brings back what was lost. */
export type BringBack = () => Promise<void>;

/** The bytes of an upload get lost where the system keeps them: on its disk, or in its bucket. */
export async function loseBytes({ settings }: TestedSystem, attachmentId: string): Promise<BringBack> {
  const { DATA_DIR } = settings;
  const folder = `attachments/${attachmentId}`;
  if (DATA_DIR !== undefined) return loseFolder(join(DATA_DIR, 'files', folder));
  const { s3 } = loadConfig(Object.fromEntries(Object.entries(settings).filter(([name]) => name.startsWith('S3_')))).files;
  if (s3 === undefined) throw new Error('There is neither a folder nor a bucket with files');
  return loseBlobs(new S3BlobStore(s3), folder);
}

async function loseFolder(path: string): Promise<BringBack> {
  const elsewhere = `${path}.lost`;
  await rename(path, elsewhere);
  return () => rename(elsewhere, path);
}

async function loseBlobs(store: BlobStore, folder: string): Promise<BringBack> {
  const keys = (await store.list(folder)).map(({ key }) => key);
  const blobs = await Promise.all(keys.map(async (key) => ({ key, bytes: await buffer(await store.get(key)) })));
  await store.delete(keys);
  return async () => {
    for (const { key, bytes } of blobs) await store.put(key, bytes);
    await store.close();
  };
}
