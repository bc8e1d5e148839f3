import { formatCursor, parseCursor } from './cursor';

describe('a cursor', () => {
  it.each([
    ['1.0', { epoch: 1, seq: 0 }],
    ['1.41', { epoch: 1, seq: 41 }],
    ['1790000000.999999999999999', { epoch: 1790000000, seq: 999_999_999_999_999 }],
  ])('reads %s and writes it back unchanged', (text, cursor) => {
    expect(parseCursor(text)).toEqual(cursor);
    expect(formatCursor(cursor)).toBe(text);
  });

  it.each(['', '1', '1.', '.1', '0.1', '01.1', '1.01', '-1.1', '1.-1', '1.1.1', '1.1 ', ' 1.1', '1e3.1', '1.1\n', '1.0x10', '1.9999999999999999'])(
    'refuses %j, which no server has written',
    (text) => {
      expect(parseCursor(text)).toBeUndefined();
    },
  );
});
