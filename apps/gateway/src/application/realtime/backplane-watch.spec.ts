import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { AppError, newId, type RoomId } from '@agent-chat/kernel';
import { GatewayInbox } from '../gateway-inbox';
import { BackplaneWatch } from './backplane-watch';
import { type HeadsCheck } from './heads-check';
import { type InterestRegistry } from './interest-registry';
import { type RoomIndex } from './room-index';

describe('A gateway that watches the backplane', () => {
  const roomId = newId<RoomId>();
  let backplane: InMemoryBackplane;
  let isAway: boolean;
  let renewals: number;
  let polled: RoomId[][];
  let watch: BackplaneWatch;

  beforeEach(async () => {
    [isAway, renewals, polled] = [false, 0, []];
    backplane = new InMemoryBackplane();
    const lives = backplane.lives.bind(backplane);
    backplane.lives = (gateway) => (isAway ? Promise.reject(new AppError('UNAVAILABLE')) : lives(gateway));
    const inbox = new GatewayInbox(backplane);
    await inbox.start();
    watch = new BackplaneWatch(
      backplane,
      inbox,
      { ids: () => [roomId] } as RoomIndex,
      { renewAll: () => (renewals += 1) } as unknown as InterestRegistry,
      { check: (roomIds: RoomId[]) => Promise.resolve(void polled.push(roomIds)) } as unknown as HeadsCheck,
    );
  });
  afterEach(() => backplane.close());

  it('polls nothing while it is reached', async () => {
    await watch.look();
    expect([polled, renewals]).toEqual([[], 0]);
  });

  it('polls its rooms each time while the carrier is away', async () => {
    isAway = true;
    await watch.look();
    await watch.look();
    expect([polled, renewals]).toEqual([[[roomId], [roomId]], 0]);
  });

  it('tells the owners anew, once, when it is reached again, and polls a few times more', async () => {
    isAway = true;
    await watch.look();
    isAway = false;
    for (let time = 0; time < 6; time++) await watch.look();
    expect([polled.length, renewals]).toEqual([1 + 3, 1]);
  });

  it('polls while its lease has lapsed, although the carrier answers', async () => {
    backplane.lives = () => Promise.resolve(false);
    await watch.look();
    expect(polled).toEqual([[roomId]]);
  });

  it('takes a long time without a look as having been away', async () => {
    jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000);
    await watch.look();
    jest.restoreAllMocks();
    expect(polled).toEqual([[roomId]]);
  });
});
