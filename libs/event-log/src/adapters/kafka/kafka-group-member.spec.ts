import { eventually } from '@agent-chat/testing';
import { type Subscription } from '../../event-log.port';
import { type GroupCoordinator, type JoiningMember, type Membership } from './group-coordinator';
import { type MemberClaim } from './group-assignment';
import { KafkaGroupMember } from './kafka-group-member';
import { type MemberStays } from './member-stays';

const TIMES = { sessionTimeoutMs: 6_000, heartbeatMs: 5, rebalanceTimeoutMs: 5_000 };
const subscription = { topic: 'commands', group: 'chat' } as Subscription;

/** A group whose answers to `sync` are given; it gives each new member the next id. */
function openMember(syncs: (Error | readonly number[])[]) {
  const [claims, left, settled]: [MemberClaim[], string[], (readonly number[])[]] = [[], [], []];
  let generation = 0;
  const coordinator = {
    join: (claim: MemberClaim): Promise<JoiningMember> => {
      claims.push(claim);
      return Promise.resolve({ memberId: claim.memberId || `member-${claims.length}`, generation: ++generation, isLeader: false, claims: [] });
    },
    sync: ({ memberId }: JoiningMember): Promise<Membership> => {
      const outcome = syncs.shift() ?? [];
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve({ memberId, generation, assigned: outcome });
    },
    heartbeat: () => Promise.resolve(),
    leave: (memberId: string) => Promise.resolve(void left.push(memberId)),
  } as unknown as GroupCoordinator;
  const stays = {
    bind: () => undefined,
    owned: () => [],
    settle: (assigned: readonly number[]) => settled.push(assigned),
    lose: () => undefined,
    report: () => undefined,
    stop: () => Promise.resolve(),
  } as unknown as MemberStays;
  const member = new KafkaGroupMember(subscription, coordinator, stays, TIMES, () => Promise.resolve());
  return { member, claims, left, settled };
}

const failure = (type: string): Error => Object.assign(new Error(type), { type });

describe('KafkaGroupMember', () => {
  it.each(['REBALANCE_IN_PROGRESS', 'REQUEST_TIMED_OUT'])('joins again as the member it has become when its share fails to come: %s', async (type) => {
    const { member, claims, settled } = openMember([failure(type), [3]]);
    await member.start();
    await eventually(() => expect(settled).toEqual([[3]]));

    expect(claims.map(({ memberId }) => memberId)).toEqual(['', 'member-1']);
    await member.stop();
  });

  it('joins as somebody new once the group has forgotten it', async () => {
    const { member, claims, settled } = openMember([failure('UNKNOWN_MEMBER_ID'), [3]]);
    await member.start();
    await eventually(() => expect(settled).toEqual([[3]]));

    expect(claims.map(({ memberId }) => memberId)).toEqual(['', '']);
    await member.stop();
  });

  it('leaves the group', async () => {
    const { member, left } = openMember([[3]]);
    await member.start();
    await member.stop();

    expect(left).toEqual(['member-1']);
  });
});
