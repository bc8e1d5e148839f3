import { DatabaseError } from '@agent-chat/database';
import { Logger } from '@nestjs/common';
import { activePartition, openCommitter } from './testing/committer-rig';

// Failing commits are the point here.
Logger.overrideLogger(false);

const storedKey = (): DatabaseError => new DatabaseError('data', '23505', 'there is one already', undefined, undefined);

describe('a commit that finds a key stored which was taken for new (P11)', () => {
  it.each([
    ['is decided again whole, with keys that are read beforehand', 1, ['1: 0-1', '1: 0-1']],
    ['is searched for a culprit if that does not help', 2, ['1: 0-1', '1: 0-1', '1: 0-0', '1: 1-1']],
  ])('%s', async (_, refusals, spans) => {
    const { committer, keys, database, commits, deadLetters, offer, answered } = openCommitter();
    keys.careful = false;
    let left = refusals;
    database.respond = () => (left-- > 0 ? Promise.reject(storedKey()) : Promise.resolve());
    offer(activePartition(1), [0, 1]);
    await committer.stop();

    expect(commits.flat()).toEqual(spans);
    expect(deadLetters).toEqual([]);
    expect(answered()).toBe(2);
  });
});
