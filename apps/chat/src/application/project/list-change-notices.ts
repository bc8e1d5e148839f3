import { Backplane } from '@agent-chat/backplane';
import { type GatewayId, type UserId } from '@agent-chat/kernel';
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
    const byGateway = new Map<GatewayId, PersonChanges[]>();
    for (const { userId, gatewayIds } of users) {
      const person = known.get(userId);
      if (person === undefined) continue;
      for (const gatewayId of gatewayIds as GatewayId[]) byGateway.set(gatewayId, [...(byGateway.get(gatewayId) ?? []), person]);
    }
    await Promise.all([...byGateway].map(([gatewayId, items]) => this.backplane.publish([gatewayId], 'users', JSON.stringify(items.map(toNotice)))));
  }
}

function toNotice({ userId, rev, changes }: PersonChanges): object {
  return { userId, rev, changes: changes.map(({ roomId, change }) => ({ roomId, change })) };
}
