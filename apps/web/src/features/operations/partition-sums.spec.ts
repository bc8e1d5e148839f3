import { groupsOf, ownersOf } from './partition-sums';

const partition = (number: number, owner: string, position: number, lags: Record<string, number> = {}) => ({
  partition: number,
  database: 'main',
  owner,
  fence: 1,
  epoch: 1,
  position,
  consumers: Object.entries(lags).map(([group, lag]) => ({ group, lag })),
});

describe('partitions in sums', () => {
  it('are counted by owner, the largest first', () => {
    expect(ownersOf([partition(0, 'a', 1), partition(1, 'b', 2), partition(2, 'b', 3)])).toEqual([
      { owner: 'b', partitions: 2, events: 5 },
      { owner: 'a', partitions: 1, events: 1 },
    ]);
  });

  it('say which group is furthest behind, and where', () => {
    expect(groupsOf([partition(0, 'a', 9, { search: 1, figures: 0 }), partition(1, 'a', 9, { search: 5, figures: 2 })])).toEqual([
      { group: 'search', lag: 6, worst: { partition: 1, lag: 5 } },
      { group: 'figures', lag: 2, worst: { partition: 1, lag: 2 } },
    ]);
  });
});
