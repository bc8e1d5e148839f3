import { type Room } from '@agent-chat/contracts';
import { AppError, type RoomId, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable } from '@nestjs/common';

/** How long a caller waits for the answer to a read. */
export const READ = { timeoutMs: 5_000 } as const;

/** A room as one caller sees it. */
@Injectable()
export class RoomReads {
  constructor(private readonly queries: QueryBus) {}

  /** Throws ROOM_NOT_FOUND where the caller can't see it. */
  async get(roomId: RoomId, userId: UserId): Promise<Room> {
    return (await this.queries.ask('room.get', { roomId, userId }, READ)).room;
  }

  /** Undefined where the caller can't see it. */
  async find(roomId: RoomId, userId: UserId): Promise<Room | undefined> {
    try {
      return await this.get(roomId, userId);
    } catch (error) {
      if (error instanceof AppError && error.code === 'ROOM_NOT_FOUND') return undefined;
      throw error;
    }
  }
}
