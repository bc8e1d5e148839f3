import { type Committed, type MemberPage, type RestBody, type RestQuery } from '@agent-chat/contracts';
import { type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { CommandSender } from '../../application/command-sender';
import { People } from '../../application/people';
import { aboutPerson, addPeople, type RoomCaller, updateMember } from '../../application/room-commands';
import { READ } from '../../application/rooms/room-reads';
import { CheckedBody, CheckedQuery, RoomCall, UserIdParam } from './call-parameters';
import { toCommitted } from './committed-answer';

/** Who is in a room, and as what. */
@Controller('api/v1/rooms/:roomId/members')
export class MembersController {
  constructor(
    private readonly commands: CommandSender,
    private readonly queries: QueryBus,
    private readonly people: People,
  ) {}

  @Get()
  async list(@RoomCall() { roomId, actorId }: RoomCaller, @CheckedQuery('page') page: RestQuery<'page'>): Promise<MemberPage> {
    const { members, ...rest } = await this.queries.ask('room.members', { roomId, userId: actorId, ...page }, READ);
    return { items: await this.people.join(members), ...rest };
  }

  @Post()
  @HttpCode(200)
  async add(@RoomCall() caller: RoomCaller, @CheckedBody('addMembers') { userIds }: RestBody<'addMembers'>): Promise<Committed> {
    await this.people.requireAll(userIds, 'userIds');
    return toCommitted(await this.commands.send(addPeople('member.add', caller, userIds)));
  }

  @Patch(':userId')
  async update(@RoomCall() caller: RoomCaller, @UserIdParam() userId: UserId, @CheckedBody('updateMember') body: RestBody<'updateMember'>): Promise<Committed> {
    return toCommitted(await this.commands.send(updateMember(caller, userId, body)));
  }

  @Delete(':userId')
  async remove(@RoomCall() caller: RoomCaller, @UserIdParam() userId: UserId): Promise<Committed> {
    return toCommitted(await this.commands.send(aboutPerson('member.remove', caller, userId)));
  }
}
