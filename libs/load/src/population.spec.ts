import { dealMembers, shareOf } from './population';
import { roomSizes } from './room-sizes';
import { seededRandom } from './seeded-random';

describe('roomSizes', () => {
  it('follow a power law: most are small, few are large, none is out of bounds', () => {
    const sizes = roomSizes(1_000, { min: 2, max: 500, exponent: 2 });
    expect(sizes).toHaveLength(1_000);
    expect(Math.min(...sizes)).toBe(2);
    expect(sizes[0]).toBeGreaterThan(250);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
    expect(sizes).toEqual([...sizes].sort((one, other) => other - one));
    // The share of rooms above a size falls with size ^ (1 - exponent): a tenth as many above 30 as above 3.
    const above = (size: number): number => sizes.filter((each) => each >= size).length;
    expect(above(30) / above(3)).toBeGreaterThan(0.08);
    expect(above(30) / above(3)).toBeLessThan(0.12);
  });

  it('know the law whose exponent is 1, and a fixed size', () => {
    expect(roomSizes(3, { fixed: 10 })).toEqual([10, 10, 10]);
    const sizes = roomSizes(100, { min: 1, max: 99, exponent: 1 });
    expect(sizes.filter((size) => size < 10)).toHaveLength(50);
  });
});

describe('dealMembers', () => {
  it('puts nobody twice into a room, and everybody into about as many', () => {
    const rooms = dealMembers(100, roomSizes(200, { min: 2, max: 50, exponent: 2 }), seededRandom(1));
    const counts = new Array<number>(100).fill(0);
    for (const room of rooms) {
      expect(new Set(room).size).toBe(room.length);
      for (const member of room) counts[member] = (counts[member] ?? 0) + 1;
    }
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  it('fills a room of everybody, and no more', () => {
    expect([...(dealMembers(5, [9], seededRandom(1))[0] ?? [])].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('shareOf', () => {
  it('leaves nobody out and takes nobody twice', () => {
    const parts = [0, 1, 2].map((part) => shareOf(10, part, 3));
    expect(parts).toEqual([
      [0, 3],
      [3, 6],
      [6, 10],
    ]);
  });
});
