import { type RestBody, type Room } from '@agent-chat/contracts';
import { Injectable } from '@nestjs/common';
import { CommandSender } from '../command-sender';
import { People } from '../people';
import { type Caller, createRoom } from '../room-commands';
import { RoomReads } from './room-reads';

/** The room, and whether this call made it. */
export interface CreatedRoom {
  readonly room: Room;
  readonly isNew: boolean;
}

/** Makes a room, or finds the one that the same call or the same pair has made before. */
@Injectable()
export class CreateRoomHandler {
  constructor(
    private readonly commands: CommandSender,
    private readonly people: People,
    private readonly rooms: RoomReads,
  ) {}

  async handle(caller: Caller, body: RestBody<'createRoom'>): Promise<CreatedRoom> {
    const command = createRoom(caller, body);
    await this.people.requireAll(body.memberIds ?? [], 'memberIds');
    const { changed, duplicate } = await this.commands.send(command);
    return { room: await this.rooms.get(command.roomId, caller.actorId), isNew: changed && !duplicate };
  }
}
