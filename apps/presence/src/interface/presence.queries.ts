import { type RoomId, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PresenceBoard } from '../application/presence-board';
import { Presences } from '../application/presences';
import { Typists } from '../application/typists';
import { Watchers } from '../application/watchers';

/** Answers what gateways tell and ask the presence service. */
@Injectable()
export class PresenceQueries implements OnModuleInit {
  constructor(
    private readonly bus: QueryBus,
    private readonly presences: Presences,
    private readonly board: PresenceBoard,
    private readonly watchers: Watchers,
    private readonly typists: Typists,
  ) {}

  onModuleInit(): void {
    this.bus.answer('presence.report', async (input) => {
      await this.presences.report(input);
      return {};
    });
    this.bus.answer('presence.watch', async ({ gatewayId, ttlMs, open, closed }) => {
      await this.watchers.change(gatewayId, ttlMs, open, closed);
      return {};
    });
    this.bus.answer('presence.get', async ({ userIds }) => ({ presences: await this.board.read(userIds as UserId[]) }));
    this.bus.answer('typing.set', async ({ roomId, userId, typing }) => {
      await this.typists.set(roomId as RoomId, userId as UserId, typing);
      return {};
    });
    this.bus.answer('presence.gateways', async ({ userIds }) => ({ users: withGateways(userIds, await this.board.gatewaysOf(userIds as UserId[])) }));
    this.bus.answer('presence.watchers', async ({ userIds }) => ({ users: withGateways(userIds, await this.watchers.ofUsers(userIds as UserId[])) }));
  }
}

/** `gateways` are in the order of the people. */
function withGateways(userIds: readonly string[], gateways: readonly string[][]): { userId: UserId; gatewayIds: string[] }[] {
  return userIds.map((userId, at) => ({ userId: userId as UserId, gatewayIds: gateways[at] ?? [] }));
}
