import { createHash } from 'node:crypto';
import { RunningDigests } from './running-digests';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the digests of uploads under way', () => {
  it('are those of all pieces in order', () => {
    const digests = new RunningDigests();
    digests.add('a', 0, Buffer.from('one'));
    digests.add('b', 0, Buffer.from('another'));
    digests.add('a', 3, Buffer.from('two'));

    expect(digests.of('a', 6)).toBe(sha256('onetwo'));
    expect(digests.of('a', 6)).toBe(sha256('onetwo'));
    digests.forget('a');
    expect(digests.of('a', 6)).toBeUndefined();
  });

  it('are unknown where a piece came elsewhere, before or after', () => {
    const digests = new RunningDigests();
    digests.add('late', 3, Buffer.from('two'));
    digests.add('gap', 0, Buffer.from('one'));
    digests.add('gap', 4, Buffer.from('x'));
    digests.add('short', 0, Buffer.from('one'));

    expect([digests.of('late', 6), digests.of('gap', 5), digests.of('short', 4)]).toEqual([undefined, undefined, undefined]);
  });

  it('begin anew where an upload does', () => {
    const digests = new RunningDigests();
    digests.add('a', 0, Buffer.from('wrong'));
    digests.add('a', 0, Buffer.from('right'));

    expect(digests.of('a', 5)).toBe(sha256('right'));
  });

  it('are kept of the newest thousand', () => {
    const digests = new RunningDigests();
    for (let n = 0; n <= 1_000; n += 1) digests.add(String(n), 0, Buffer.from('x'));

    expect([digests.of('0', 1), digests.of('1', 1)]).toEqual([undefined, sha256('x')]);
  });
});
