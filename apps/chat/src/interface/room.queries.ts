import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HeadReader } from '../infrastructure/read/head.reader';
import { PersonLogReader } from '../infrastructure/read/person-log.reader';
import { RoomListReader } from '../infrastructure/read/room-list.reader';
import { RoomReader } from '../infrastructure/read/room.reader';
import { answering } from './answering';

/** Answers questions about rooms and people's lists of them. */
@Injectable()
export class RoomQueries implements OnModuleInit {
  constructor(
    private readonly bus: QueryBus,
    private readonly room: RoomReader,
    private readonly lists: RoomListReader,
    private readonly heads: HeadReader,
    private readonly personLog: PersonLogReader,
  ) {}

  onModuleInit(): void {
    const { bus, room, lists, heads, personLog } = this;
    answering(bus, 'room.get', (input) => room.get(input));
    answering(bus, 'room.members', (input) => room.members(input));
    answering(bus, 'room.bans', (input) => room.bans(input));
    answering(bus, 'room.invites', (input) => room.invites(input));
    answering(bus, 'room.readers', (input) => room.readers(input));
    answering(bus, 'rooms.mine', (input) => lists.mine(input));
    answering(bus, 'rooms.memberOf', (input) => lists.memberOf(input));
    answering(bus, 'rooms.discover', (input) => lists.discover(input));
    answering(bus, 'heads.read', (input) => heads.badges(input));
    answering(bus, 'rooms.heads', (input) => heads.heads(input));
    answering(bus, 'users.revs', (input) => personLog.revs(input));
    answering(bus, 'user.events', (input) => personLog.events(input));
  }
}
