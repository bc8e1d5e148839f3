import { crc32c } from './crc32c';

const checksum = (bytes: Buffer): string => crc32c(bytes, 0, bytes.length).toString(16);

describe('crc32c', () => {
  // The examples of RFC 3720, appendix B.4, and the check value of the catalogues.
  it.each([
    ['32 bytes of zeroes', Buffer.alloc(32), '8a9136aa'],
    ['32 bytes of ones', Buffer.alloc(32, 0xff), '62a8ab43'],
    ['32 incrementing bytes', Buffer.from(Array.from({ length: 32 }, (_, byte) => byte)), '46dd794e'],
    ['nine digits', Buffer.from('123456789'), 'e3069283'],
    ['nothing', Buffer.alloc(0), '0'],
  ])('is that of the standard for %s', (_, bytes, expected) => {
    expect(checksum(bytes)).toBe(expected);
  });

  it('is of the bytes that were asked about alone', () => {
    expect(crc32c(Buffer.from('xx123456789yy'), 2, 11).toString(16)).toBe('e3069283');
  });
});
