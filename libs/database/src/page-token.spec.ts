import { z } from 'zod';
import { cutPage, decodePageToken, encodePageToken, InstantText } from './page-token';

const Place = z.tuple([z.string(), z.int()]);

describe('page tokens', () => {
  it('come back as they were given out', () => {
    expect(decodePageToken(encodePageToken(['Zoë', 7]), Place)).toEqual(['Zoë', 7]);
  });

  it('are absent on the first page', () => {
    expect(decodePageToken(undefined, Place)).toBeUndefined();
  });

  it.each(['nonsense', encodePageToken(['Zoë']), encodePageToken([1, 7]), ''])('are refused when nobody gave them out: %p', (token) => {
    expect(() => decodePageToken(token, Place)).toThrow(
      expect.objectContaining({ code: 'VALIDATION_FAILED', errors: [expect.objectContaining({ path: 'cursor' })] }),
    );
  });

  it('name the last item of a page with more behind it', () => {
    const placeOf = (item: number) => [item];
    expect(cutPage([1, 2, 3], 2, placeOf)).toEqual({ page: [1, 2], next: encodePageToken([2]) });
    expect(cutPage([1, 2], 2, placeOf)).toEqual({ page: [1, 2] });
    expect(cutPage([], 2, placeOf)).toEqual({ page: [] });
  });
});

describe('an instant as Postgres writes it', () => {
  it.each(['2026-01-01 00:00:00+00', '2026-01-01 00:00:00.000001+00', '12026-01-01 00:00:00+00'])('may come back: %s', (text) => {
    expect(InstantText.safeParse(text).success).toBe(true);
  });

  it.each([
    ...['2026-01-01T00:00:00Z', 'infinity', "2026-01-01 00:00:00+00'", ''],
    ...[
      '2026-02-30 00:00:00+00',
      '2026-13-01 00:00:00+00',
      '2026-01-01 24:00:00+00',
      '2026-01-01 00:60:00+00',
      '0000-01-01 00:00:00+00',
      '999999-01-01 00:00:00+00',
    ],
  ])('is no other text: %s', (text) => {
    expect(InstantText.safeParse(text).success).toBe(false);
  });
});
