import { type BanPage, type Committed, type RestBody, type RestQuery } from '@agent-chat/contracts';
import { type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { CommandSender } from '../../application/command-sender';
import { People } from '../../application/people';
import { aboutPerson, ban, type RoomCaller } from '../../application/room-commands';
import { READ } from '../../application/rooms/room-reads';
import { CheckedBody, CheckedQuery, RoomCall, UserIdParam } from './call-parameters';
import { toCommitted } from './committed-answer';

/** Who may not enter a room. */
@Controller('api/v1/rooms/:roomId/bans')
export class BansController {
  constructor(
    private readonly commands: CommandSender,
    private readonly queries: QueryBus,
    private readonly people: People,
  ) {}

  @Get()
  async list(@RoomCall() { roomId, actorId }: RoomCaller, @CheckedQuery('page') page: RestQuery<'page'>): Promise<BanPage> {
    const { bans, ...rest } = await this.queries.ask('room.bans', { roomId, userId: actorId, ...page }, READ);
    return { items: await this.people.join(bans), ...rest };
  }

  @Post()
  @HttpCode(200)
  async ban(@RoomCall() caller: RoomCaller, @CheckedBody('ban') body: RestBody<'ban'>): Promise<Committed> {
    await this.people.requireAll([body.userId], 'userId');
    return toCommitted(await this.commands.send(ban(caller, body)));
  }

  @Delete(':userId')
  async unban(@RoomCall() caller: RoomCaller, @UserIdParam() userId: UserId): Promise<Committed> {
    return toCommitted(await this.commands.send(aboutPerson('member.unban', caller, userId)));
  }
}
