import { Backplane } from '@agent-chat/backplane';
import { groupBy, type GatewayId, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable } from '@nestjs/common';
import { type PersonChanges } from './person-changes';

const ASK_TIMEOUT_MS = 2_000;

/** Tells the gateways that people are connected to that their room lists have changed. Best effort: a lost one shows as an unexpected `rev`. */
@Injectable()
export class ListChangeNotices {
  constructor(
    private readonly backplane: Backplane,
    private readonly queries: QueryBus,
  ) {}

  async publish(people: readonly PersonChanges[]): Promise<void> {
    const userIds = people.map(({ userId }) => userId as UserId);
    const { users } = await this.queries.ask('presence.gateways', { userIds }, { timeoutMs: ASK_TIMEOUT_MS });
    const known = new Map(people.map((person) => [person.userId, person]));
    const notices = users.flatMap(({ userId, gatewayIds }) => {
      const person = known.get(userId);
      return person === undefined ? [] : (gatewayIds as GatewayId[]).map((gatewayId) => ({ gatewayId, notice: toNotice(person) }));
    });
    const byGateway = groupBy(notices, ({ gatewayId }) => gatewayId);
    await Promise.all([...byGateway].map(([gatewayId, own]) => this.backplane.publish([gatewayId], 'users', JSON.stringify(own.map(({ notice }) => notice)))));
  }
}

function toNotice({ userId, rev, changes }: PersonChanges): object {
  return { userId, rev, changes: changes.map(({ roomId, change }) => ({ roomId, change })) };
}
