import { BlobStore } from '@agent-chat/blob-store';
import { type FilePiece } from '@agent-chat/contracts';
import { Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';

/** The bytes of files, which lie in pieces. */
@Injectable()
export class FileBytes {
  constructor(private readonly blobs: BlobStore) {}

  /** The bytes from `start` to `end`, both included, as a stream whose beginning is there. Rejects with UNAVAILABLE or TIMEOUT; the stream fails where it breaks off. */
  async read(pieces: readonly FilePiece[], start: number, end: number): Promise<Readable> {
    const parts = partsOf(pieces, start, end);
    const [first, ...rest] = parts;
    if (first === undefined) return Readable.from([]);
    const beginning = await this.open(first);
    return rest.length === 0 ? beginning : Readable.from(this.follow(beginning, rest), { objectMode: false });
  }

  /** As much of the beginning as given, or less where there is no more. */
  async head(pieces: readonly FilePiece[], bytes: number): Promise<Buffer> {
    const stream = await this.read(pieces, 0, Math.min(bytes, sizeOf(pieces)) - 1);
    return Buffer.concat((await stream.toArray()) as Buffer[]);
  }

  private async open({ key, start, end }: Part): Promise<Readable> {
    return this.blobs.get(key, { start, end });
  }

  private async *follow(beginning: Readable, rest: readonly Part[]): AsyncGenerator<Buffer> {
    yield* beginning as AsyncIterable<Buffer>;
    for (const part of rest) yield* (await this.open(part)) as AsyncIterable<Buffer>;
  }
}

interface Part {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

function sizeOf(pieces: readonly FilePiece[]): number {
  return pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** What of which piece is asked for. */
function partsOf(pieces: readonly FilePiece[], start: number, end: number): Part[] {
  const parts: Part[] = [];
  let offset = 0;
  for (const { key, sizeBytes } of pieces) {
    const [from, to] = [Math.max(start - offset, 0), Math.min(end - offset, sizeBytes - 1)];
    if (from <= to) parts.push({ key, start: from, end: to });
    offset += sizeBytes;
  }
  return parts;
}
