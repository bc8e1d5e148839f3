import { type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { AppError, type AttachmentId, type RoomId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { CompleteUploadHandler } from './complete-upload.handler';
import { attachmentOf, type FileRecord } from './file-record';
import { CLAIM_MS, Files } from './files';

/** Vouches for the files of a post. */
@Injectable()
export class ClaimAttachmentsHandler {
  constructor(
    private readonly files: Files,
    private readonly completing: CompleteUploadHandler,
  ) {}

  async claim({ userId, roomId, attachmentIds }: QueryInput<'attachments.claim'>): Promise<QueryAnswer<'attachments.claim'>> {
    await this.completeTheStored(attachmentIds);
    await this.files.keep(attachmentIds as AttachmentId[], userId as UserId, roomId as RoomId, CLAIM_MS);
    const found = new Map((await this.files.find(attachmentIds)).map((file) => [file.attachmentId as string, file]));
    const attachments = attachmentIds.map((attachmentId, place) => {
      const file = found.get(attachmentId);
      if (file?.uploaderId !== userId || file.roomId !== roomId || !mayBeNamed(file)) {
        const detail = { errors: [{ path: `attachmentIds.${place}`, message: 'must be a file that the caller has uploaded for this room, completely' }] };
        throw new AppError('ATTACHMENT_NOT_FOUND', detail);
      }
      return attachmentOf(file);
    });
    return { attachments };
  }

  /** Those whose last byte is there, and whose end nobody has come to yet. */
  private async completeTheStored(ids: readonly string[]): Promise<void> {
    for (const file of await this.files.find(ids)) {
      if (file.state === 'uploading' && file.receivedBytes === file.sizeBytes) await this.completing.complete(file);
    }
  }
}

/** Also one that is gone with its message: the post that named it may be repeated. */
function mayBeNamed({ state, messageId }: FileRecord): boolean {
  return state === 'ready' || messageId !== null;
}
