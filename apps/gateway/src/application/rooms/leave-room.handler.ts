import { type Room, type RoomAnswer } from '@agent-chat/contracts';
import { Injectable } from '@nestjs/common';
import { CommandSender } from '../command-sender';
import { aboutRoom, type RoomCaller } from '../room-commands';
import { RoomReads } from './room-reads';

/** Takes the caller out of a room. */
@Injectable()
export class LeaveRoomHandler {
  constructor(
    private readonly commands: CommandSender,
    private readonly rooms: RoomReads,
  ) {}

  /** Who has left a private room sees it no more, so it is read before. A call that is repeated after that has no room to answer. */
  async handle(caller: RoomCaller): Promise<RoomAnswer> {
    const before = await this.rooms.find(caller.roomId, caller.actorId);
    const { seq, committedAt } = await this.commands.send(aboutRoom('room.leave', caller));
    const after = await this.rooms.find(caller.roomId, caller.actorId);
    const room = after ?? (before === undefined ? undefined : departed(before, seq, committedAt));
    return room === undefined ? {} : { room };
  }
}

function departed({ me, ...room }: Room, seq: number, at: string): Room {
  const memberCount = Math.max(0, room.memberCount - (me === undefined ? 0 : 1));
  // An owner who leaves nobody behind archives the room by that.
  const archivedAt = me?.role === 'owner' && memberCount === 0 ? (room.archivedAt ?? at) : room.archivedAt;
  return { ...room, head: Math.max(room.head, seq), memberCount, updatedAt: at, ...(archivedAt === undefined ? {} : { archivedAt }) };
}
