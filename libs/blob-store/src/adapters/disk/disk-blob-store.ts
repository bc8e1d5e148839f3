import { AppError, newId } from '@agent-chat/kernel';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { type Readable } from 'node:stream';
import { type BlobFacts, BlobStore, type ByteRange } from '../../blob-store.port';
import { requireBlobSize, requireKey } from '../../require-key';

/** What is being written; on the same file system, so that it can be renamed into its place. No key begins with a dot. */
const INCOMING = '.incoming';
const READ_CHUNK_BYTES = 256 * 1024;

/** Blobs as files below one folder, which belongs to this process alone. */
export class DiskBlobStore extends BlobStore {
  private constructor(private readonly root: string) {
    super();
  }

  /** Makes the folder where it is missing, and removes what a crash left half-written. Rejects with UNAVAILABLE. */
  static async open(root: string): Promise<DiskBlobStore> {
    return told(async () => {
      await rm(join(root, INCOMING), { recursive: true, force: true });
      await mkdir(join(root, INCOMING), { recursive: true });
      return new DiskBlobStore(root);
    });
  }

  override async put(key: string, bytes: Uint8Array): Promise<void> {
    requireBlobSize(bytes);
    const target = this.pathOf(key);
    const incoming = join(this.root, INCOMING, newId<string>());
    await told(async () => {
      try {
        await writeDurably(incoming, bytes);
        // The folder may be removed as an empty one meanwhile: then it is made again.
        await withFolder(dirname(target), () => rename(incoming, target));
        await syncFolder(dirname(target));
      } catch (error) {
        await rm(incoming, { force: true }).catch(() => undefined);
        throw error;
      }
    });
  }

  override async get(key: string, range?: ByteRange): Promise<Readable> {
    const path = this.pathOf(key);
    return told(async () => {
      const stream = createReadStream(path, { highWaterMark: READ_CHUNK_BYTES, ...range });
      await once(stream, 'open');
      return stream;
    });
  }

  override async list(folder: string): Promise<readonly BlobFacts[]> {
    const path = this.pathOf(folder);
    return told(async () => {
      const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(unlessMissing([]));
      const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      const blobs = await Promise.all(files.map((file) => this.factsOf(file)));
      return blobs.filter((blob) => blob !== undefined).sort((one, other) => (one.key < other.key ? -1 : 1));
    });
  }

  override async delete(keys: readonly string[]): Promise<void> {
    const paths = keys.map((key) => this.pathOf(key));
    await told(async () => {
      for (const path of paths) await unlink(path).catch(unlessMissing(undefined));
      for (const path of paths) await this.removeEmptyAbove(path);
    });
  }

  override async ping(): Promise<void> {
    await told(() => access(this.root));
  }

  override async close(): Promise<void> {
    // Nothing is held open.
  }

  private pathOf(key: string): string {
    return join(this.root, requireKey(key));
  }

  private async factsOf(file: string): Promise<BlobFacts | undefined> {
    const facts = await stat(file).catch(unlessMissing(undefined));
    return facts === undefined ? undefined : { key: relative(this.root, file).split(sep).join('/'), sizeBytes: facts.size };
  }

  private async removeEmptyAbove(path: string): Promise<void> {
    for (let folder = dirname(path); folder !== this.root; folder = dirname(folder)) {
      const isGone = await rmdir(folder).then(
        () => true,
        (error: unknown) => codeOf(error) === 'ENOENT',
      );
      if (!isGone) return;
    }
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function withFolder(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(folder, { recursive: true });
    await work();
  }
}

/** Without it a name may be gone after a loss of power, though its bytes are there. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function unlessMissing<Value>(instead: Value): (error: unknown) => Value {
  return (error) => {
    if (codeOf(error) === 'ENOENT') return instead;
    throw error;
  };
}

const FULL: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT'];

/** Errors of the file system as those of the catalogue. */
async function told<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (codeOf(error) === 'ENOENT') throw new AppError('NOT_FOUND', { cause: error });
    const detail = FULL.includes(codeOf(error)) ? 'There is no space left for files' : 'Files cannot be stored or read now';
    throw new AppError('UNAVAILABLE', { detail, retryAfterMs: 5_000, cause: error });
  }
}
