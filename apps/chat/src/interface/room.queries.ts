import { whileReachable } from '@agent-chat/database';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HeadReader } from '../infrastructure/read/head.reader';
import { PersonLogReader } from '../infrastructure/read/person-log.reader';
import { RoomListReader } from '../infrastructure/read/room-list.reader';
import { RoomReader } from '../infrastructure/read/room.reader';

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
    bus.answer('room.get', (input) => whileReachable(room.get(input)));
    bus.answer('room.members', (input) => whileReachable(room.members(input)));
    bus.answer('room.bans', (input) => whileReachable(room.bans(input)));
    bus.answer('room.invites', (input) => whileReachable(room.invites(input)));
    bus.answer('room.readers', (input) => whileReachable(room.readers(input)));
    bus.answer('rooms.mine', (input) => whileReachable(lists.mine(input)));
    bus.answer('rooms.memberOf', (input) => whileReachable(lists.memberOf(input)));
    bus.answer('rooms.discover', (input) => whileReachable(lists.discover(input)));
    bus.answer('heads.read', (input) => whileReachable(heads.badges(input)));
    bus.answer('rooms.active', (input) => whileReachable(heads.active(input)));
    bus.answer('rooms.heads', (input) => whileReachable(heads.heads(input)));
    bus.answer('users.revs', (input) => whileReachable(personLog.revs(input)));
    bus.answer('user.events', (input) => whileReachable(personLog.events(input)));
  }
}
