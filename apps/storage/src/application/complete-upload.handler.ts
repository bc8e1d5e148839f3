import { BlobStore } from '@agent-chat/blob-store';
import { AppConfig } from '@agent-chat/config';
import { AppError } from '@agent-chat/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { FileInspector } from './file-inspector';
import { type FileRecord, folderOf } from './file-record';
import { FileUpkeep } from './file-upkeep';
import { Files } from './files';
import { ImageJobs } from './image-jobs';
import { uploadsEnded } from './storage-metrics';

/** What becomes of an upload whose last byte is stored. Safe to repeat, by any process: the last answer may be lost. */
@Injectable()
export class CompleteUploadHandler {
  private readonly logger = new Logger(CompleteUploadHandler.name);

  constructor(
    private readonly files: Files,
    private readonly blobs: BlobStore,
    private readonly inspector: FileInspector,
    private readonly images: ImageJobs,
    private readonly config: AppConfig,
    private readonly upkeep: FileUpkeep,
  ) {}

  /** Rejects with FILE_REFUSED or CHECKSUM_MISMATCH; then nothing of it is kept. */
  async complete(file: FileRecord): Promise<void> {
    const facts = await this.inspector.inspect(file).catch(async (error: unknown) => {
      if (error instanceof AppError && !error.retryable) await this.refuse(file, error);
      throw error;
    });
    if (!(await this.files.complete(file.attachmentId, facts, this.config.files.keepMs))) return;
    uploadsEnded.inc({ outcome: 'complete' });
    await this.removeStrays(file);
    if (facts.isImage) await this.images.enqueue(file.attachmentId);
  }

  private async refuse({ attachmentId, name }: FileRecord, error: AppError): Promise<void> {
    uploadsEnded.inc({ outcome: error.code === 'CHECKSUM_MISMATCH' ? 'damaged' : 'refused' });
    this.logger.log({ attachmentId, reason: error.message, length: name.length }, 'A file was refused');
    await this.files.abandon(attachmentId);
    this.upkeep.wake();
  }

  /** Pieces that were stored and not noted, since a process died or another was faster. */
  private async removeStrays({ attachmentId, pieces }: FileRecord): Promise<void> {
    try {
      const known = new Set(pieces.map(({ key }) => key));
      const strays = (await this.blobs.list(folderOf(attachmentId))).filter(({ key }) => !known.has(key));
      if (strays.length > 0) await this.blobs.delete(strays.map(({ key }) => key));
    } catch (error) {
      // They go with the file.
      this.logger.warn({ err: error, attachmentId }, 'Pieces of an upload that nobody needs were not removed');
    }
  }
}
