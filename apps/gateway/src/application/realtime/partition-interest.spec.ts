import { AppError, type GatewayId, newId, type RoomId } from '@agent-chat/kernel';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { deferred } from '@agent-chat/testing';
import { PartitionInterest } from './partition-interest';

describe('Interest in the rooms of one partition', () => {
  const [one, other] = [newId<RoomId>(), newId<RoomId>()];
  let queries: InMemoryQueryBus;
  let interest: PartitionInterest;
  let fence: number | undefined;
  /** A drop leaves an empty list. */
  let registered: string[][];
  let dropping: Promise<void> | undefined;

  beforeEach(() => {
    queries = new InMemoryQueryBus();
    fence = 1;
    registered = [];
    dropping = undefined;
    queries.answer('interest.register', async ({ roomIds }) => {
      if (fence === undefined) throw new AppError('UNAVAILABLE');
      registered.push([...roomIds]);
      return { fence };
    });
    queries.answer('interest.drop', async () => {
      await dropping;
      registered.push([]);
      return {};
    });
    interest = new PartitionInterest(3, newId<GatewayId>(), queries, () => undefined);
  });

  afterEach(async () => queries.close());

  it('is told in one call for the rooms of one turn, and once', async () => {
    await Promise.all([interest.register(one), interest.register(other), interest.register(one)]);
    await interest.register(one);
    expect(registered).toEqual([[one, other]]);
  });

  it('includes a room that came up while another call was on its way', async () => {
    const first = interest.register(one);
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, interest.register(other)]);
    expect(registered.flat().sort()).toEqual([one, other].sort());
  });

  it('moves every room to the new owner once one of them is registered there', async () => {
    await interest.register(one);
    fence = 2;
    await interest.register(other);
    expect(registered).toEqual([[one], [other], [one]]);
    expect(interest.isUnowned).toBe(false);
  });

  it('is not satisfied with an owner whose fence is older than the row’s', async () => {
    await interest.register(one);
    expect(interest.saw(1, 1)).toBe(true);
    expect(interest.saw(1, 2)).toBe(false);
    expect(interest.isUnowned).toBe(true);
    fence = 2;
    expect(await interest.renew()).toEqual([one]);
    expect(interest.isUnowned).toBe(false);
  });

  it('follows a lower fence into a new epoch: an older history was put in place of the one before', async () => {
    fence = 7;
    await interest.register(one);
    expect(interest.saw(1, 7)).toBe(true);
    fence = 3;
    expect(interest.saw(1_700_000_000, 3)).toBe(false);
    await interest.renew();
    expect([interest.saw(1_700_000_000, 3), interest.isUnowned]).toEqual([true, false]);
    interest.saw(1, 7);
    expect(interest.isUnowned).toBe(false);
  });

  it('resolves without an owner, and names its rooms for polling', async () => {
    fence = undefined;
    await interest.register(one);
    expect([interest.isUnowned, await interest.renew()]).toEqual([true, [one]]);
    fence = 5;
    await interest.renew();
    expect([interest.isUnowned, registered]).toEqual([false, [[one]]]);
  });

  it('forgets what nobody needs', async () => {
    await Promise.all([interest.register(one), interest.register(other)]);
    interest.release(one);
    interest.release(other);
    const asked: string[] = [];
    await interest.drop((roomId) => {
      asked.push(roomId);
      return roomId === one;
    });
    expect(interest.size).toBe(1);
    await interest.drop((roomId) => asked.push(roomId) > 0);
    expect(asked).toEqual([one, other]);
    await interest.register(one);
    expect(registered).toEqual([[one, other], [], [one]]);
  });

  it('drops later what was released while a call was on its way', async () => {
    const first = interest.register(one);
    await new Promise((resolve) => setImmediate(resolve));
    interest.release(one);
    await interest.drop(() => true);
    await first;
    await interest.drop(() => true);
    expect([interest.size, registered.at(-1)]).toEqual([0, []]);
  });

  it('registers a room that is needed again only when its drop has arrived', async () => {
    const slow = deferred();
    dropping = slow.promise;
    await interest.register(one);
    interest.release(one);
    const dropped = interest.drop(() => true);
    const again = interest.register(one);
    await new Promise((resolve) => setImmediate(resolve));
    slow.resolve();
    await Promise.all([dropped, again]);
    expect(registered).toEqual([[one], [], [one]]);
  });

  it('goes on registering when the owner could not be told of a drop', async () => {
    await interest.register(one);
    interest.release(one);
    dropping = Promise.reject(new AppError('UNAVAILABLE'));
    await expect(interest.drop(() => true)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await interest.register(other);
    expect([registered, interest.isUnowned]).toEqual([[[one], [other]], false]);
  });
});
