import { type Committed, type RestBody, type UserPage } from '@agent-chat/contracts';
import { type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { CommandSender } from '../../application/command-sender';
import { People } from '../../application/people';
import { aboutPerson, addPeople, type RoomCaller } from '../../application/room-commands';
import { READ } from '../../application/rooms/room-reads';
import { CheckedBody, RoomCall, UserIdParam } from './call-parameters';
import { toCommitted } from './committed-answer';

/** Who is asked into a room. */
@Controller('api/v1/rooms/:roomId/invites')
export class InvitesController {
  constructor(
    private readonly commands: CommandSender,
    private readonly queries: QueryBus,
    private readonly people: People,
  ) {}

  @Get()
  async list(@RoomCall() { roomId, actorId }: RoomCaller): Promise<UserPage> {
    const { userIds } = await this.queries.ask('room.invites', { roomId, userId: actorId }, READ);
    const joined = await this.people.join(userIds.map((userId) => ({ userId })));
    return { items: joined.map(({ user }) => user) };
  }

  @Post()
  @HttpCode(200)
  async invite(@RoomCall() caller: RoomCaller, @CheckedBody('inviteMembers') { userIds }: RestBody<'inviteMembers'>): Promise<Committed> {
    await this.people.requireAll(userIds, 'userIds');
    return toCommitted(await this.commands.send(addPeople('member.invite', caller, userIds)));
  }

  /** Takes an invitation back, or declines one's own. */
  @Delete(':userId')
  async revoke(@RoomCall() caller: RoomCaller, @UserIdParam() userId: UserId): Promise<Committed> {
    return toCommitted(await this.commands.send(aboutPerson('invite.revoke', caller, userId)));
  }
}
