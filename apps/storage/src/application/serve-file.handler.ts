import { type VariantName, VARIANT_NAMES } from '@agent-chat/contracts';
import { AppError, Clock, isUuid, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { isShownInline } from '../domain/shown-inline';
import { FileAccess } from './file-access';
import { type FileRecord } from './file-record';
import { Files } from './files';
import { type LinkProof, LinkSigner } from './link-signer';

/** A file or a smaller picture, as it is to be served. */
export interface ServedFile {
  readonly pieces: FileRecord['pieces'];
  readonly sizeBytes: number;
  readonly type: string;
  readonly name: string;
  readonly isInline: boolean;
  /** Of these bytes alone; without quotes. */
  readonly tag: string;
}

/** Who asks: somebody with a token, or somebody with a link. */
export interface Asker {
  readonly userId?: UserId;
  readonly proof?: LinkProof;
}

/** How long somebody who asks for a smaller picture waits for it to be made. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 250;
const TAG_LENGTH = 32;

/** Finds what somebody asks for and may see. */
@Injectable()
export class ServeFileHandler {
  constructor(
    private readonly files: Files,
    private readonly access: FileAccess,
    private readonly signer: LinkSigner,
    private readonly clock: Clock,
  ) {}

  /** Rejects with ATTACHMENT_NOT_FOUND, also for what the asker may not see; UNAUTHENTICATED for a link that has expired or isn't ours; UNAVAILABLE for a picture that isn't made yet. */
  async find(attachmentId: string, variant: string | undefined, asker: Asker): Promise<ServedFile> {
    if (variant !== undefined && !isVariantName(variant)) throw new AppError('ATTACHMENT_NOT_FOUND');
    const file = await this.visible(attachmentId, asker);
    if (variant === undefined) return original(file);
    const waited = file.media === 'waiting' ? await this.untilMade(file) : file;
    const made = waited.variants.find(({ name }) => name === variant);
    if (made === undefined) throw new AppError('ATTACHMENT_NOT_FOUND');
    const { key, sizeBytes, type } = made;
    return { pieces: [{ key, sizeBytes }], sizeBytes, type, name: variantFileName(file.name, variant), isInline: true, tag: `${tagOf(file)}-${variant}` };
  }

  private async visible(attachmentId: string, { userId, proof }: Asker): Promise<FileRecord> {
    if (!isUuid(attachmentId)) throw new AppError('ATTACHMENT_NOT_FOUND');
    if (userId === undefined && (proof === undefined || !(await this.signer.accepts(attachmentId, proof)))) {
      throw new AppError('UNAUTHENTICATED', { detail: 'A valid access token is needed, or a link that has not expired' });
    }
    const found = (await this.files.find([attachmentId])).filter(({ state }) => state === 'ready');
    const [file] = userId === undefined ? found : await this.access.visible(found, userId);
    if (file === undefined) throw new AppError('ATTACHMENT_NOT_FOUND');
    return file;
  }

  private async untilMade(file: FileRecord): Promise<FileRecord> {
    const deadlineMs = this.clock.nowMs() + PATIENCE_MS;
    while (this.clock.nowMs() < deadlineMs) {
      await delay(LOOK_MS);
      const [now] = await this.files.find([file.attachmentId]);
      if (now?.state !== 'ready') throw new AppError('ATTACHMENT_NOT_FOUND');
      if (now.media !== 'waiting') return now;
    }
    throw new AppError('UNAVAILABLE', { detail: 'This picture is still being made', retryAfterMs: 2_000 });
  }
}

function isVariantName(text: string): text is VariantName {
  return (VARIANT_NAMES as readonly string[]).includes(text);
}

function original(file: FileRecord): ServedFile {
  const type = file.type ?? 'application/octet-stream';
  return { pieces: file.pieces, sizeBytes: file.sizeBytes, type, name: file.name, isInline: isShownInline(type), tag: tagOf(file) };
}

function tagOf({ sha256 }: FileRecord): string {
  return (sha256 ?? '').slice(0, TAG_LENGTH);
}

function variantFileName(name: string, variant: string): string {
  const dot = name.lastIndexOf('.');
  return `${dot > 0 ? name.slice(0, dot) : name}-${variant}`;
}
