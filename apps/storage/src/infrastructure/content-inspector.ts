import { AppConfig } from '@agent-chat/config';
import { AppError } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { fileTypeFromBuffer } from 'file-type/node';
import { createHash } from 'node:crypto';
import sharp, { type Metadata } from 'sharp';
import { FileBytes } from '../application/file-bytes';
import { FileInspector } from '../application/file-inspector';
import { type FileFacts, type FileRecord } from '../application/file-record';
import { RunningDigests } from '../application/running-digests';
import { IMAGE_TYPES } from '../domain/shown-inline';

/** Enough for every signature. */
const HEAD_BYTES = 64 * 1024;
/** A larger image is kept as a file, without smaller pictures. */
const MAX_IMAGE_BYTES = 50 * 1024 * 1024;
/** What sharp calls the formats of `IMAGE_TYPES`. */
const FORMATS: Readonly<Record<string, string>> = { 'image/jpeg': 'jpeg', 'image/png': 'png', 'image/webp': 'webp', 'image/gif': 'gif', 'image/avif': 'heif' };
const UNKNOWN = 'application/octet-stream';

/** Tells files by their signatures, and images by their headers; no pixel is decoded. */
@Injectable()
export class ContentInspector extends FileInspector {
  /** Of images one after the other: each is in memory as a whole meanwhile. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly bytes: FileBytes,
    private readonly digests: RunningDigests,
    private readonly config: AppConfig,
  ) {
    super();
  }

  override async inspect(file: FileRecord): Promise<FileFacts> {
    const sha256 = await this.digestOf(file);
    if (file.wantedSha256 !== null && file.wantedSha256 !== sha256) throw new AppError('CHECKSUM_MISMATCH');
    const type = await this.typeOf(await this.bytes.head(file.pieces, HEAD_BYTES));
    if (this.config.files.refusedTypes.includes(type)) throw new AppError('FILE_REFUSED', { detail: `Files of the type ${type} are not accepted` });
    const isImage = IMAGE_TYPES.includes(type) && file.sizeBytes <= MAX_IMAGE_BYTES;
    const facts = isImage ? await this.inTurn(() => this.inspectImage(file, type)) : { type, isImage: false };
    this.digests.forget(file.attachmentId);
    return { ...facts, sha256 };
  }

  override async typeOf(head: Buffer): Promise<string> {
    const found = await fileTypeFromBuffer(head);
    if (found !== undefined) return found.mime.toLowerCase() === 'application/xml' ? 'text/plain' : found.mime.toLowerCase();
    return isText(head) ? 'text/plain' : UNKNOWN;
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async digestOf(file: FileRecord): Promise<string> {
    const known = this.digests.of(file.attachmentId, file.sizeBytes);
    if (known !== undefined) return known;
    const hash = createHash('sha256');
    for await (const chunk of await this.bytes.read(file.pieces, 0, file.sizeBytes - 1)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  }

  private async inspectImage(file: FileRecord, type: string): Promise<Omit<FileFacts, 'sha256'>> {
    const header = await headerOf(await this.bytes.head(file.pieces, file.sizeBytes));
    // What claims to be an image and can't be read as one is a file like any other: it is downloaded, never shown.
    if (header === undefined || header.format !== FORMATS[type]) return { type: UNKNOWN, isImage: false };
    const { width, height } = header.autoOrient;
    const { maxImagePixels } = this.config.files;
    if (header.width * header.height > maxImagePixels) {
      throw new AppError('FILE_REFUSED', { detail: `An image may have ${maxImagePixels} pixels at most; this one has ${width} x ${height}` });
    }
    return { type, width, height, isImage: true };
  }
}

async function headerOf(image: Buffer): Promise<Metadata | undefined> {
  try {
    // The bound is checked by whoever asks: here it would look like a broken image.
    return await sharp(image, { limitInputPixels: false }).metadata();
  } catch {
    return undefined;
  }
}

function isText(head: Buffer): boolean {
  if (head.includes(0)) return false;
  try {
    // The last character may be cut.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
