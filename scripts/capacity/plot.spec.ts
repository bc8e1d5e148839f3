import { type Plot, svgOf } from './plot';

const PLOT: Plot = {
  ...{ title: 'Cost <1>', unit: 'µs', scale: 'linear', xName: 'rooms', xs: [10, 1_000, 100_000] },
  lines: [
    { name: 'gateway', values: [5, 5, 5] },
    { name: 'chat', values: [1, 2, 10] },
  ],
};

describe('A plot', () => {
  const points = (svg: string, line: number): number[][] =>
    (new RegExp(`class="l c${String(line)}" d="M([^"]+)"`).exec(svg)?.[1] ?? '').split('L').map((point) => point.split(' ').map(Number));

  it('has a line for each part, at the same places, higher where the value is', () => {
    const svg = svgOf([PLOT], 'Rooms');
    const [flat, rising] = [points(svg, 0), points(svg, 1)];
    expect(flat.map(([x]) => x)).toEqual(rising.map(([x]) => x));
    expect(new Set(flat.map(([, y]) => y)).size).toBe(1);
    const heights = rising.map(([, y]) => y ?? 0);
    expect(heights).toEqual([...heights].sort((one, other) => other - one));
    // By powers of ten: the middle one lies in the middle.
    expect(flat[1]![0]! - flat[0]![0]!).toBeCloseTo(flat[2]![0]! - flat[1]![0]!, 0);
  });

  it('is an image of its own, for readers of light and of dark pages', () => {
    const svg = svgOf([PLOT, PLOT], 'Rooms & more');
    expect(svg).toContain('aria-label="Rooms &amp; more"');
    expect(svg).toContain('Cost &lt;1&gt;, µs');
    expect(svg).toContain('prefers-color-scheme:dark');
  });
});
