import { Injectable } from '@nestjs/common';
import { createHash, type Hash } from 'node:crypto';

/** Uploads under way in one process; of more the oldest are read again when they are complete. */
const KEPT = 1_000;

interface Running {
  readonly hash: Hash;
  bytes: number;
}

/** Digests of uploads, as far as this process received them from their first byte on, so that nobody has to read them again. */
@Injectable()
export class RunningDigests {
  private readonly running = new Map<string, Running>();

  /** The bytes at `offset`, which are stored. */
  add(attachmentId: string, offset: number, bytes: Uint8Array): void {
    const digest = offset === 0 ? this.begin(attachmentId) : this.running.get(attachmentId);
    if (digest?.bytes === offset) {
      digest.hash.update(bytes);
      digest.bytes += bytes.byteLength;
    } else this.running.delete(attachmentId);
  }

  /** SHA-256 in hex, where all of it was seen. May be asked again: what comes after it may fail. */
  of(attachmentId: string, sizeBytes: number): string | undefined {
    const digest = this.running.get(attachmentId);
    return digest?.bytes === sizeBytes ? digest.hash.copy().digest('hex') : undefined;
  }

  forget(attachmentId: string): void {
    this.running.delete(attachmentId);
  }

  private begin(attachmentId: string): Running {
    const digest = { hash: createHash('sha256'), bytes: 0 };
    this.running.delete(attachmentId);
    this.running.set(attachmentId, digest);
    const [oldest] = this.running.keys();
    if (this.running.size > KEPT && oldest !== undefined) this.running.delete(oldest);
    return digest;
  }
}
