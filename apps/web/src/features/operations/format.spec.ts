import { bytesLabel, countLabel, durationLabel } from './format';

describe('figures in words', () => {
  it('are as short as they can be read', () => {
    expect([0, 0.4, 3, 7.5, 42, 999, 1_500, 60_000, 5_400_000, 172_800_000].map(durationLabel)).toEqual([
      ...['0', '0.4 ms', '3 ms', '7.5 ms', '42 ms', '999 ms', '1.5 s', '1 min', '1.5 h', '2.0 days'],
    ]);
    expect([0, 950, 9_999].map((value) => countLabel(value).replace(/\D/g, ''))).toEqual(['0', '950', '9999']);
    expect(countLabel(1_250_000).length).toBeLessThan(8);
    expect([150e6, 2.34e9].map(bytesLabel)).toEqual(['150 MB', '2.3 GB']);
  });
});
