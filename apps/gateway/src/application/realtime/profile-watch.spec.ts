import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { type User } from '@agent-chat/contracts';
import { AppError, newId, type UserId } from '@agent-chat/kernel';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { deferred, eventually } from '@agent-chat/testing';
import { GatewayInbox } from '../gateway-inbox';
import { ProfileNotices } from '../profile-notices';
import { type UserDirectory } from '../user-directory';
import { type PresenceLink } from './presence-link';
import { ProfileWatch } from './profile-watch';

describe('word of changed profiles', () => {
  const [ann, ben] = [newId<UserId>(), newId<UserId>()];
  const profile = (userId: UserId): User => ({ userId, username: userId, displayName: 'New', bot: false });
  let backplane: InMemoryBackplane;
  let here: GatewayInbox;
  let notices: ProfileNotices;
  /** Who is open here; everybody else is elsewhere. */
  let openHere: Set<UserId>;
  let reads: (readonly UserId[])[];
  /** What each read waits for, in turn. */
  let answers: Promise<void>[];
  let told: unknown[];

  beforeEach(async () => {
    [openHere, reads, answers, told] = [new Set([ann, ben]), [], [], []];
    backplane = new InMemoryBackplane();
    here = new GatewayInbox(backplane);
    const queries = new InMemoryQueryBus();
    const watching = (userId: string): string => (openHere.has(userId as UserId) ? here.gatewayId : newId());
    queries.answer('presence.watchers', async ({ userIds }) => ({
      users: userIds.map((userId) => ({ userId: userId as UserId, gatewayIds: [watching(userId)] })),
    }));
    const current = async (userIds: readonly UserId[]): Promise<User[]> => {
      reads.push(userIds);
      await answers.shift();
      return userIds.map(profile);
    };
    const presence = { tell: (item: unknown) => told.push(item) } as unknown as PresenceLink;
    new ProfileWatch(here, { current } as unknown as UserDirectory, presence).onApplicationBootstrap();
    notices = new ProfileNotices(queries, backplane);
    await here.start();
  });
  afterEach(() => backplane.close());

  it('goes to the gateways that have the person open, which read and tell the profile', async () => {
    openHere.delete(ben);
    notices.changed(ben);
    notices.changed(ann);
    await eventually(() => expect(told).toEqual([{ type: 'profile', userId: ann, user: profile(ann) }]));
    expect(reads).toEqual([[ann]]);
  });

  it('that comes while profiles are read waits, and is read once for each person', async () => {
    const first = deferred();
    answers = [first.promise];
    notices.changed(ann);
    await eventually(() => expect(reads).toHaveLength(1));
    const heard: string[] = [];
    here.on('control', (message) => heard.push(message));
    for (const userId of [ann, ben, ann]) notices.changed(userId);
    await eventually(() => expect(heard).toHaveLength(3));
    expect(reads).toEqual([[ann]]);
    first.resolve();
    await eventually(() => expect(told).toHaveLength(3));
    expect(reads).toEqual([[ann], [ann, ben]]);
  });

  it('that could not be read is lost, and the next is not', async () => {
    const failing = deferred();
    answers = [failing.promise];
    notices.changed(ann);
    await eventually(() => expect(reads).toHaveLength(1));
    failing.reject(new AppError('UNAVAILABLE'));
    notices.changed(ben);
    await eventually(() => expect(told).toEqual([{ type: 'profile', userId: ben, user: profile(ben) }]));
  });
});
