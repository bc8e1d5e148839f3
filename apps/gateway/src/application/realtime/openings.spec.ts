import { Openings } from './openings';

describe('Openings', () => {
  it('tell what came and what went, each once, so many at a time', () => {
    const openings = new Openings<number>();
    for (const id of [1, 2, 3]) openings.open(id);
    openings.close(4);
    expect(openings.take(2)).toEqual({ opened: [1, 2], closed: [4] });
    expect(openings.isEmpty).toBe(false);
    expect(openings.take(2)).toEqual({ opened: [3], closed: [] });
    expect(openings.isEmpty).toBe(true);
  });

  it('tell of something only how it is in the end', () => {
    const openings = new Openings<number>();
    openings.open(1);
    openings.close(1);
    openings.close(2);
    openings.open(2);
    expect(openings.take(10)).toEqual({ opened: [2], closed: [1] });
  });

  it('take back what could not be told, but for what was closed since', () => {
    const openings = new Openings<number>();
    openings.open(1);
    openings.open(2);
    const { opened } = openings.take(10);
    openings.close(2);
    openings.putBack(opened);
    expect(openings.take(10)).toEqual({ opened: [1], closed: [2] });
  });
});
