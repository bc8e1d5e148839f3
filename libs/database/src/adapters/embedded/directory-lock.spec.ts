import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryLock } from './directory-lock';
import { identityOf } from './process-identity';

describe('DirectoryLock', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is held by one, also within one process, until it is given back', async () => {
    const first = await DirectoryLock.acquire(directory, '.data');
    await expect(DirectoryLock.acquire(directory, '.data')).rejects.toThrow(`.data is in use by the running process ${process.pid}.`);
    first.release();
    const second = await DirectoryLock.acquire(directory, '.data');
    first.release();
    await expect(DirectoryLock.acquire(directory, '.data')).rejects.toThrow('in use');
    second.release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each([
    ['a process that ended', JSON.stringify({ pid: 2_147_483_646, identity: 'boot/1', nonce: 'n' })],
    ['an earlier process with a living pid', JSON.stringify({ pid: process.pid, identity: 'boot/1', nonce: 'n' })],
    ['nobody that can be read', '{'],
  ])('is taken over from %s', async (_title, content) => {
    writeFileSync(join(directory, 'lock'), content);
    const lock = await DirectoryLock.acquire(directory, '.data');
    expect(JSON.parse(readFileSync(join(directory, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid, identity: identityOf(process.pid) });
    lock.release();
  });

  it('goes to exactly one of many that find a dead holder at once', async () => {
    for (let round = 0; round < 10; round++) {
      writeFileSync(join(directory, 'lock'), JSON.stringify({ pid: process.pid, identity: 'boot/1', nonce: 'n' }));
      const results = await Promise.allSettled(Array.from({ length: 20 }, () => DirectoryLock.acquire(directory, '.data')));
      const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(winners).toHaveLength(1);
      winners[0]?.release();
    }
  });
});
