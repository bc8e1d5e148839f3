import { groupBy } from './group-by';

describe('groupBy', () => {
  it('keeps the order of items within their group, and of groups by their first item', () => {
    const groups = groupBy(['bob', 'ann', 'ben', 'amy'], ([initial]) => initial);
    expect([...groups]).toEqual([
      ['b', ['bob', 'ben']],
      ['a', ['ann', 'amy']],
    ]);
  });

  it('makes no group for nothing', () => {
    expect(groupBy([], String).size).toBe(0);
  });
});
