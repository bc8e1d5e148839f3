import { sharePartitions } from './share-partitions';

describe('sharePartitions', () => {
  const nobody = (count: number): undefined[] => new Array<undefined>(count).fill(undefined);

  it('shares evenly to within one', () => {
    const target = sharePartitions(nobody(8), ['a', 'b', 'c']);
    const counts = ['a', 'b', 'c'].map((member) => target.filter((owner) => owner === member).length);
    expect(counts.sort()).toEqual([2, 3, 3]);
  });

  it('leaves a member what it has when another joins, as far as an even share allows', () => {
    const before = sharePartitions(nobody(8), ['a', 'b']);
    const after = sharePartitions(before, ['a', 'b', 'c']);
    expect(after.filter((owner, index) => owner !== before[index])).toEqual(['c', 'c']);
  });

  it('moves only the partitions of the member that left', () => {
    const before = sharePartitions(nobody(8), ['a', 'b', 'c']);
    const after = sharePartitions(before, ['a', 'b']);
    const moved = before.filter((owner, index) => owner !== after[index]);
    expect(new Set(moved)).toEqual(new Set(['c']));
    expect(after).not.toContain(undefined);
  });

  it('leaves some members idle when there are more of them than partitions', () => {
    expect(sharePartitions(nobody(2), ['a', 'b', 'c']).filter((owner) => owner !== undefined)).toHaveLength(2);
  });

  it('gives nothing to nobody', () => {
    expect(sharePartitions(['a', 'a'], [])).toEqual([undefined, undefined]);
  });
});
