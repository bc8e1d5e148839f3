import { hostUrls } from './host-urls';

describe('hostUrls', () => {
  it('gives each host a URL of its own, with the credentials, name and parameters of all', () => {
    expect(hostUrls('postgres://me:s%40cret@one:5432,two:5433,[::1]:5434/chat?sslmode=require')).toEqual([
      'postgres://me:s%40cret@one:5432/chat?sslmode=require',
      'postgres://me:s%40cret@two:5433/chat?sslmode=require',
      'postgres://me:s%40cret@[::1]:5434/chat?sslmode=require',
    ]);
  });

  it('leaves the URL of one host as it is', () => {
    expect(hostUrls('postgres://one/chat')).toEqual(['postgres://one/chat']);
  });
});
