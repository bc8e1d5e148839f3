import { type Readable } from 'node:stream';

/** Longest blob, in bytes: what is larger is kept as several. */
export const MAX_BLOB_BYTES = 16 * 1024 * 1024;

/** What a key looks like: folders and a name, as in `attachments/0190.../source/0`. No `.` or `..` among them. */
export const BLOB_KEY = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/** A part of a blob in bytes; both ends belong to it. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A blob that is there. */
export interface BlobFacts {
  readonly key: string;
  readonly sizeBytes: number;
}

/** Bytes by key. What is stored never changes: a key is written again only with the same bytes. */
export abstract class BlobStore {
  /**
   * Stores the bytes; resolves once they are durable. All or nothing: no reader ever sees a part, whatever dies meanwhile. Safe to repeat.
   * Rejects with UNAVAILABLE or TIMEOUT (also where the disk is full), FRAME_TOO_LARGE above `MAX_BLOB_BYTES`, VALIDATION_FAILED for what is no key.
   */
  abstract put(key: string, bytes: Uint8Array): Promise<void>;

  /**
   * The bytes, or those of a range that lies within the blob, as a stream that has begun to arrive; it fails if it breaks off. Rejects with NOT_FOUND, UNAVAILABLE or TIMEOUT.
   */
  abstract get(key: string, range?: ByteRange): Promise<Readable>;

  /** Everything in a folder and below, by key. Rejects with UNAVAILABLE or TIMEOUT. */
  abstract list(folder: string): Promise<readonly BlobFacts[]>;

  /** Removes the blobs that are there. Safe to repeat. Rejects with UNAVAILABLE or TIMEOUT; then some may be gone. */
  abstract delete(keys: readonly string[]): Promise<void>;

  /** Resolves if the store answers. Rejects with UNAVAILABLE or TIMEOUT. */
  abstract ping(): Promise<void>;

  /** Safe to call twice. */
  abstract close(): Promise<void>;
}
