import { nonNegativeLeastSquares } from './least-squares';

describe('nonNegativeLeastSquares', () => {
  it('finds the coefficients that made the targets, however different their sizes', () => {
    const rows = Array.from({ length: 12 }, (_, index) => [1, index * 1_000, (index * index) / 1_000]);
    const targets = rows.map(([one = 0, thousands = 0, squares = 0]) => 0.5 * one + 3e-5 * thousands + 2 * squares);
    const found = nonNegativeLeastSquares(rows, targets);
    expect(found[0]).toBeCloseTo(0.5, 4);
    expect(found[1]).toBeCloseTo(3e-5, 8);
    expect(found[2]).toBeCloseTo(2, 3);
  });

  it('answers zero for what would have to be negative', () => {
    const rows = [
      [1, 1],
      [1, 2],
      [1, 3],
    ];
    expect(nonNegativeLeastSquares(rows, [3, 2, 1])).toEqual([expect.closeTo(2, 6), 0]);
  });

  it('leaves out what none of the rows has', () => {
    expect(
      nonNegativeLeastSquares(
        [
          [1, 0],
          [2, 0],
        ],
        [2, 4],
      ),
    ).toEqual([expect.closeTo(2, 6), 0]);
  });
});
