import { type Attachment } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable } from '@nestjs/common';
import { type RoomCaller } from './room-commands';

const CLAIM = { timeoutMs: 5_000 };

/** Has the storage service vouch for the files of a post. */
@Injectable()
export class AttachmentClaims {
  constructor(private readonly queries: QueryBus) {}

  /** What the post says of its files. ATTACHMENT_NOT_FOUND for one that isn't the caller's own for this room; UNAVAILABLE where storage can't be asked: the post was certainly not accepted. */
  async claim({ actorId, roomId }: RoomCaller, attachmentIds: readonly string[]): Promise<readonly Attachment[]> {
    if (attachmentIds.length === 0) return [];
    try {
      return (await this.queries.ask('attachments.claim', { userId: actorId, roomId, attachmentIds: [...attachmentIds] }, CLAIM)).attachments;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'TIMEOUT') throw error;
      throw new AppError('UNAVAILABLE', { detail: 'Files cannot be posted now', retryAfterMs: 1_000, cause: error });
    }
  }
}
