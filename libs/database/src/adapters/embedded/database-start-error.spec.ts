import { DatabaseStartError, startErrorFromOutput } from './database-start-error';

const FULL = `2026-11-21 09:29:22.101 UTC [4711] LOG:  starting PostgreSQL 18.4
2026-11-21 09:29:22.104 UTC [4711] FATAL:  could not write to file "base/4/1249": No space left on device
2026-11-21 09:29:22.105 UTC [4711] LOG:  database system is shut down
`;

describe('startErrorFromOutput', () => {
  it('quotes the telling line without its time, and tells how to get past a full disk', () => {
    expect(startErrorFromOutput(FULL, '/srv/data').message).toBe(
      'Postgres did not start on /srv/data: FATAL:  could not write to file "base/4/1249": No space left on device. Free some space, or set DATA_DIR to a place with more.',
    );
  });

  it.each([
    ['initdb: error: could not create directory "x": Read-only file system', 'Set DATA_DIR to a directory'],
    ['initdb: could not look up effective user ID 1234: user does not exist', 'an entry in /etc/passwd'],
    ['FATAL:  could not map anonymous shared memory: Cannot allocate memory', 'about 400 MB'],
    ['', 'it said nothing. Correct that'],
  ])('has a fix for "%s"', (output, fix) => {
    expect(startErrorFromOutput(output, '/srv/data').message).toContain(fix);
  });
});

describe('DatabaseStartError.ofFile', () => {
  it.each([
    ['EROFS', 'may write to'],
    ['EACCES', 'may write to'],
    ['ENOSPC', 'Free some space'],
  ])('puts %s into words with a fix', (code, fix) => {
    const error = DatabaseStartError.ofFile(Object.assign(new Error('it failed'), { code }), '/srv/data');
    expect(error).toBeInstanceOf(DatabaseStartError);
    expect(error).toMatchObject({ message: expect.stringMatching(new RegExp(`^/srv/data can't be used \\(it failed\\)\\. .*${fix}`)) as string });
  });

  it('leaves what it has no words for as it is', () => {
    const error = new TypeError('a bug');
    expect(DatabaseStartError.ofFile(error, '/srv/data')).toBe(error);
  });
});
