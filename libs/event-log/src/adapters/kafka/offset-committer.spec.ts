import { type GroupCoordinator, type OffsetToCommit } from './group-coordinator';
import { OffsetCommitter } from './offset-committer';
import { PartitionStay, type StayEvents } from './partition-stay';

describe('OffsetCommitter', () => {
  const requests: (readonly OffsetToCommit[])[] = [];
  const coordinator = {
    commit: (_membership: unknown, offsets: readonly OffsetToCommit[]) => Promise.resolve(void requests.push(offsets)),
  } as unknown as GroupCoordinator;
  let committer: OffsetCommitter;
  beforeEach(() => {
    requests.length = 0;
    committer = new OffsetCommitter(coordinator, () => ({ memberId: 'member', generation: 1, assigned: [0, 1] }), 1_000);
  });

  const stayOf = (partition: number): PartitionStay => new PartitionStay(partition, 100, {} as StayEvents);

  it('takes what is asked for meanwhile along, of each partition the furthest', async () => {
    const [zero, one] = [stayOf(0), stayOf(1)];
    await Promise.all([committer.commit(zero, 4), committer.commit(one, 2), committer.commit(zero, 7)]);

    expect(requests).toEqual([
      [
        { partition: 0, nextOffset: 7, isStart: false },
        { partition: 1, nextOffset: 2, isStart: false },
      ],
    ]);
  });

  it.each([0, 1, 2, 3, 4])('commits what is asked for %s ticks after a commit has ended', async (ticks) => {
    const stay = stayOf(0);
    await committer.commit(stay, 1);
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve();

    await committer.commit(stay, 2);

    expect(stay.committed).toBe(2);
  });
});
