import { AppError, groupBy, type RoomId, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable } from '@nestjs/common';
import { type FileRecord } from './file-record';

const QUERY = { timeoutMs: 3_000 };

/** Who may see which file: while no message has it its uploader alone, then whoever may read the room, as long as the message is there. Chat knows, before anything is told here. */
@Injectable()
export class FileAccess {
  constructor(private readonly queries: QueryBus) {}

  /** Those of the complete files that the person may see now, in the order given. Rejects with UNAVAILABLE or TIMEOUT where chat can't be asked. */
  async visible(files: readonly FileRecord[], userId: UserId): Promise<FileRecord[]> {
    const complete = files.filter(({ state }) => state === 'ready');
    const inRooms = [...groupBy(complete, ({ roomId }) => roomId)];
    const visible = new Set((await Promise.all(inRooms.map(([roomId, inRoom]) => this.visibleIn(roomId, inRoom, userId)))).flat());
    return complete.filter((file) => visible.has(file));
  }

  private async visibleIn(roomId: RoomId, files: readonly FileRecord[], userId: UserId): Promise<FileRecord[]> {
    try {
      const ids = files.map(({ attachmentId }) => attachmentId);
      const { attachmentIds, erasedIds } = await this.queries.ask('attachments.readable', { roomId, userId, attachmentIds: ids }, QUERY);
      const isOwn = (file: FileRecord): boolean => file.uploaderId === userId && file.messageId === null && !erasedIds.includes(file.attachmentId);
      return files.filter((file) => attachmentIds.includes(file.attachmentId) || isOwn(file));
    } catch (error) {
      if (error instanceof AppError && error.code === 'ROOM_NOT_FOUND') return [];
      throw error;
    }
  }
}
