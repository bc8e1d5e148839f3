import { type RestBody, type RestQuery, type Room, type RoomAnswer, type RoomList, type RoomPage } from '@agent-chat/contracts';
import { QueryBus } from '@agent-chat/query-bus';
import { Controller, Delete, Get, HttpCode, Patch, Post, Res } from '@nestjs/common';
import { type Response } from 'express';
import { CommandSender } from '../../application/command-sender';
import { aboutRoom, type Caller, type RoomCaller, updateRoom } from '../../application/room-commands';
import { CreateRoomHandler } from '../../application/rooms/create-room.handler';
import { LeaveRoomHandler } from '../../application/rooms/leave-room.handler';
import { READ, RoomReads } from '../../application/rooms/room-reads';
import { RateLimit } from '../http/rate-limit.decorator';
import { CallerAndKey, CheckedBody, CheckedQuery, RoomCall } from './call-parameters';

/** Rooms: make, find, change, enter, leave. */
@Controller('api/v1/rooms')
export class RoomsController {
  constructor(
    private readonly commands: CommandSender,
    private readonly queries: QueryBus,
    private readonly rooms: RoomReads,
    private readonly creating: CreateRoomHandler,
    private readonly leaving: LeaveRoomHandler,
  ) {}

  @Post()
  @RateLimit('room.create')
  async create(
    @CallerAndKey() caller: Caller,
    @CheckedBody('createRoom') body: RestBody<'createRoom'>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Room> {
    const { room, isNew } = await this.creating.handle(caller, body);
    response.status(isNew ? 201 : 200);
    return room;
  }

  @Get()
  async mine(@CallerAndKey() { actorId }: Caller, @CheckedQuery('page') page: RestQuery<'page'>): Promise<RoomList> {
    const { rooms: items, ...rest } = await this.queries.ask('rooms.mine', { userId: actorId, ...page }, READ);
    return { items, ...rest };
  }

  @Get('discover')
  async discover(@CallerAndKey() { actorId }: Caller, @CheckedQuery('discover') query: RestQuery<'discover'>): Promise<RoomPage> {
    const { rooms: items, ...rest } = await this.queries.ask('rooms.discover', { userId: actorId, ...query }, READ);
    return { items, ...rest };
  }

  @Get(':roomId')
  async get(@RoomCall() { roomId, actorId }: RoomCaller): Promise<Room> {
    return this.rooms.get(roomId, actorId);
  }

  @Patch(':roomId')
  async update(@RoomCall() caller: RoomCaller, @CheckedBody('updateRoom') body: RestBody<'updateRoom'>): Promise<Room> {
    await this.commands.send(updateRoom(caller, body));
    return this.rooms.get(caller.roomId, caller.actorId);
  }

  @Delete(':roomId')
  async archive(@RoomCall() caller: RoomCaller): Promise<Room> {
    await this.commands.send(aboutRoom('room.archive', caller));
    return this.rooms.get(caller.roomId, caller.actorId);
  }

  @Post(':roomId/join')
  @HttpCode(200)
  async join(@RoomCall() caller: RoomCaller): Promise<RoomAnswer> {
    await this.commands.send(aboutRoom('room.join', caller));
    return { room: await this.rooms.get(caller.roomId, caller.actorId) };
  }

  @Post(':roomId/leave')
  @HttpCode(200)
  async leave(@RoomCall() caller: RoomCaller): Promise<RoomAnswer> {
    return this.leaving.handle(caller);
  }
}
