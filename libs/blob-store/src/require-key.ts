import { AppError } from '@agent-chat/kernel';
import { BLOB_KEY, MAX_BLOB_BYTES } from './blob-store.port';

/** Longer names are taken by no file system. */
const MAX_KEY_LENGTH = 200;

/** @throws AppError VALIDATION_FAILED */
export function requireKey(key: string): string {
  if (!BLOB_KEY.test(key) || key.length > MAX_KEY_LENGTH) throw new AppError('VALIDATION_FAILED', { detail: 'This is no key of a blob' });
  return key;
}

/** @throws AppError FRAME_TOO_LARGE */
export function requireBlobSize(bytes: Uint8Array): void {
  if (bytes.byteLength > MAX_BLOB_BYTES) throw new AppError('FRAME_TOO_LARGE', { detail: 'A blob may be 16 MiB long at most' });
}
