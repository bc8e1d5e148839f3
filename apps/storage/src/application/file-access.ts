import { AppError, groupBy, type RoomId, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable } from '@nestjs/common';
import { type FileRecord } from './file-record';

const QUERY = { timeoutMs: 3_000 };

/** Who may see which file: while no message has it its uploader alone, then whoever may read the room, as long as the message is there. Chat decides. */
@Injectable()
export class FileAccess {
  constructor(private readonly queries: QueryBus) {}

  /** Those of the complete files that the person may see now. Rejects with UNAVAILABLE or TIMEOUT where chat can't be asked. */
  async visible(files: readonly FileRecord[], userId: UserId): Promise<FileRecord[]> {
    const complete = files.filter(({ state }) => state === 'ready');
    const own = complete.filter((file) => file.messageId === null && file.uploaderId === userId);
    const others = groupBy(
      complete.filter((file) => !own.includes(file)),
      ({ roomId }) => roomId,
    );
    const readable = await Promise.all([...others].map(([roomId, inRoom]) => this.readable(roomId, inRoom, userId)));
    const visible = new Set([...own, ...readable.flat()]);
    return complete.filter((file) => visible.has(file));
  }

  private async readable(roomId: RoomId, files: readonly FileRecord[], userId: UserId): Promise<FileRecord[]> {
    try {
      const ids = files.map(({ attachmentId }) => attachmentId);
      const { attachmentIds } = await this.queries.ask('attachments.readable', { roomId, userId, attachmentIds: ids }, QUERY);
      return files.filter(({ attachmentId }) => attachmentIds.includes(attachmentId));
    } catch (error) {
      if (error instanceof AppError && error.code === 'ROOM_NOT_FOUND') return [];
      throw error;
    }
  }
}
