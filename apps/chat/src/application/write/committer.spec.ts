import { DatabaseError } from '@agent-chat/database';
import { AppError, newId, type RoomId, type UserId } from '@agent-chat/kernel';
import { deferred, eventually } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import { type BatchRows } from '../../infrastructure/write/batch-rows';
import { type MarkRequest } from './owned-partition';
import { activePartition, holdCommit, openCommitter, recordAt } from './testing/committer-rig';

// Failing commits are the point here.
Logger.overrideLogger(false);

const outage = (): DatabaseError => new DatabaseError('outage', undefined, 'the connection is gone', undefined, undefined);
const refusal = (): DatabaseError => new DatabaseError('data', '23505', 'there is one already', undefined, undefined);
const fenced = (partitions: string): DatabaseError => new DatabaseError('fenced', 'AC001', 'fenced', partitions, undefined);

function mark(done: MarkRequest['done'] = () => undefined): { readonly mark: MarkRequest } {
  return { mark: { roomId: newId<RoomId>(), userId: newId<UserId>(), seq: 1, force: false, done } };
}

const offsets = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index);

/** A few turns of the event loop: time for what should not happen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('Committer', () => {
  it('commits at once what queued up during the last commit, of all partitions', async () => {
    const { committer, database, commits, offer } = openCommitter();
    const [one, two] = [activePartition(1), activePartition(2)];
    const { left, outcome } = holdCommit(database);
    offer(one, [0]);
    await left;
    offer(one, [1, 2]);
    offer(two, [0]);
    outcome.resolve();
    await committer.stop();

    expect(commits).toEqual([['1: 0-0'], ['1: 1-2', '2: 0-0']]);
  });

  it('rests as long as a commit took, so that what comes singly is committed together', async () => {
    const { committer, database, commits, hooks, offer } = openCommitter();
    const [one, two] = [activePartition(1), activePartition(2)];
    database.respond = () => new Promise((resolve) => setTimeout(resolve, 50));
    hooks.onCommitted = () => {
      hooks.onCommitted = () => undefined;
      offer(one, [1]);
      setTimeout(() => offer(two, [0]), 1);
    };
    offer(one, [0]);

    await eventually(() => expect(commits).toEqual([['1: 0-0'], ['1: 1-1', '2: 0-0']]));
    await committer.stop();
  });

  it('takes at most 500 works a batch, and lets no busy partition starve the others', async () => {
    const { committer, commits, offer } = openCommitter();
    offer(activePartition(1), offsets(0, 1_200));
    offer(activePartition(2), [0, 1]);
    await committer.stop();

    expect(commits).toEqual([['1: 0-499'], ['2: 0-1', '1: 500-997'], ['1: 998-1199']]);
  });

  it('tells nobody before the commit, and counts as committed only what is (P8, P22)', async () => {
    const { committer, database, offer, told, answered } = openCommitter();
    const partition = activePartition(1);
    const { left, outcome } = holdCommit(database);
    offer(partition, [0, 1]);
    await left;
    expect(told).toEqual([]);
    expect(partition).toMatchObject({ commandOffset: 1, committedOffset: -1 });
    outcome.resolve();
    await committer.stop();

    expect(answered()).toBe(2);
    expect(partition.committedOffset).toBe(1);
  });

  it('has partitions taken again after an unknown outcome, with their works in order, marks too, and nobody told (P7)', async () => {
    const { committer, database, commits, offer, told, uncertain } = openCommitter();
    const [one, two] = [activePartition(1), activePartition(2)];
    const { left, outcome } = holdCommit(database);
    one.push(mark());
    offer(one, [0, 1]);
    offer(two, [5]);
    await left;
    one.push({ record: recordAt(1, 2) });
    outcome.reject(outage());
    await eventually(() => expect(uncertain).toEqual(['1: unknown outcome', '2: unknown outcome']));
    expect(told).toEqual([]);
    // Nothing of a partition that is being taken is committed, while others are.
    committer.notify(one);
    offer(activePartition(3), [0]);
    await eventually(() => expect(told).toHaveLength(1));
    await committer.stop();

    expect(commits.slice(1)).toEqual([['3: 0-0']]);
    expect(one.take(Infinity).map((work) => ('mark' in work ? 'mark' : work.record.offset))).toEqual(['mark', 0, 1, 2]);
    expect(two.take(Infinity)).toHaveLength(1);
  });

  it('goes on once the partition has been taken again (P7)', async () => {
    const { committer, database, commits, offer, uncertain, answered } = openCommitter();
    const partition = activePartition(1);
    database.respond = () => {
      database.respond = () => Promise.resolve();
      return Promise.reject(outage());
    };
    offer(partition, [0]);
    await eventually(() => expect(uncertain).toHaveLength(1));
    partition.take(Infinity);
    partition.commandOffset = -1;
    partition.state = 'active';
    offer(partition, [0]);
    await eventually(() => expect(answered()).toBe(1));
    await committer.stop();

    expect(commits).toEqual([['1: 0-0'], ['1: 0-0']]);
  });

  it('leaves out the partitions that were refused, and commits the others at once from where they were (P6)', async () => {
    const { committer, database, commits, offer, uncertain, answered } = openCommitter();
    const [one, two, three] = [activePartition(1), activePartition(2), activePartition(3)];
    database.respond = () => {
      database.respond = () => Promise.resolve();
      return Promise.reject(fenced('1,3'));
    };
    offer(one, [0]);
    offer(two, [7, 8]);
    offer(three, [4]);
    two.commandOffset = 6;
    await committer.stop();

    expect(uncertain).toEqual(['1: fenced', '3: fenced']);
    expect(commits).toEqual([['1: 0-0', '2: 7-8', '3: 0-4'], ['2: 7-8']]);
    expect(answered()).toBe(2);
    expect([one.waiting, three.waiting]).toEqual([1, 1]);
  });

  it('halves a batch that cannot be stored until the one at fault is found, which alone is put away (P16)', async () => {
    const { committer, database, commits, offer, deadLetters, told } = openCommitter();
    const partition = activePartition(1);
    const poisonous = 5;
    const isPoisoned = ({ progress: [row] }: BatchRows): boolean =>
      row !== undefined && row.previous_offset < poisonous && row.command_offset >= poisonous && deadLetters.length === 0;
    database.respond = (rows) => (isPoisoned(rows) ? Promise.reject(refusal()) : Promise.resolve());
    offer(partition, offsets(0, 8));
    await committer.stop();

    expect(commits.slice(0, 2)).toEqual([['1: 0-7'], ['1: 0-3']]);
    expect(deadLetters.map(({ headers }) => headers['x-offset'])).toEqual(['5']);
    const codes = told.flatMap(({ batch }) => batch.replies.map(({ answer }) => (answer.ok ? 'ok' : answer.error.code)));
    expect(codes).toEqual(offsets(0, 8).map((offset) => (offset === poisonous ? 'VALIDATION_FAILED' : 'ROOM_NOT_FOUND')));
    expect(partition.committedOffset).toBe(7);
  });

  it('grows its batches again after each that was stored', async () => {
    const { committer, database, commits, offer } = openCommitter();
    let refusals = 2;
    database.respond = () => (refusals-- > 0 ? Promise.reject(refusal()) : Promise.resolve());
    offer(activePartition(1), offsets(0, 16));
    await committer.stop();

    expect(commits).toEqual([['1: 0-15'], ['1: 0-7'], ['1: 0-3'], ['1: 4-11'], ['1: 12-15']]);
  });

  it('decides nothing while the log takes no dead letter, and then goes on (P15, P16)', async () => {
    const { committer, commits, log, deadLetters, offer, told } = openCommitter();
    const partition = activePartition(1);
    let attempts = 0;
    log.accept = () => (++attempts === 1 ? Promise.reject(new AppError('LOG_UNAVAILABLE')) : Promise.resolve());
    const broken = recordAt(1, 0);
    partition.push({ record: { ...broken, value: 'no JSON' } });
    offer(partition, [1]);
    await eventually(() => expect(told).toHaveLength(1));
    await committer.stop();

    expect(commits).toEqual([['1: 0-1']]);
    expect(deadLetters.map(({ headers }) => headers['x-offset'])).toEqual(['0']);
  });

  it('fails a mark that cannot be stored, and nothing with it (P16, P33)', async () => {
    const { committer, database, offer, deadLetters, answered } = openCommitter();
    const partition = activePartition(1);
    let refusals = 2;
    database.respond = () => (refusals-- > 0 ? Promise.reject(refusal()) : Promise.resolve());
    const done = jest.fn();
    partition.push(mark(done));
    offer(partition, [0]);
    await committer.stop();

    expect(done).toHaveBeenCalledWith(expect.objectContaining({ code: 'INTERNAL' }));
    expect(deadLetters).toEqual([]);
    expect(answered()).toBe(1);
  });

  it('misses no work that comes just as it runs out of any', async () => {
    for (let turnsLater = 0; turnsLater < 12; turnsLater++) {
      const { committer, hooks, offer, answered } = openCommitter();
      const partition = activePartition(1);
      const committed = deferred();
      hooks.onCommitted = () => committed.resolve();
      let later = committed.promise;
      for (let turn = 0; turn < turnsLater; turn++) later = later.then(() => undefined);
      void later.then(() => offer(partition, [1]));
      offer(partition, [0]);
      await eventually(() => expect(answered()).toBe(2));
      await committer.stop();
    }
  });

  describe('when stopped', () => {
    it('waits for the commit under way and for what waits behind it, then starts nothing', async () => {
      const { committer, database, commits, offer, answered } = openCommitter();
      const partition = activePartition(1);
      const { left, outcome } = holdCommit(database);
      offer(partition, [0]);
      await left;
      offer(partition, [1]);
      let isStopped = false;
      const stopping = committer.stop().then(() => (isStopped = true));
      await turns();
      expect(isStopped).toBe(false);
      outcome.resolve();
      await stopping;
      offer(partition, [2]);
      await turns();

      expect(commits).toEqual([['1: 0-0'], ['1: 1-1']]);
      expect(answered()).toBe(2);
    });

    it('does not wait for the end of an outage', async () => {
      const { committer, database, commits, offer } = openCommitter();
      const partition = activePartition(1);
      database.respond = () => Promise.reject(outage());
      offer(partition, [0]);
      await eventually(() => expect(commits).toHaveLength(1));
      await committer.stop();
      partition.state = 'active';
      committer.notify(partition);
      await turns();

      expect(commits).toHaveLength(1);
    });

    it('does not wait until the log takes dead letters again', async () => {
      const { committer, log, offer } = openCommitter();
      const partition = activePartition(1);
      let attempts = 0;
      log.accept = () => Promise.reject(new AppError('LOG_UNAVAILABLE', { detail: String((attempts += 1)) }));
      partition.push({ record: { ...recordAt(1, 0), value: 'no JSON' } });
      offer(partition, []);
      await eventually(() => expect(attempts).toBeGreaterThan(0));

      await expect(committer.stop()).resolves.toBeUndefined();
    });

    it('waits for a commit under way although one before it failed', async () => {
      const { committer, database, offer, uncertain, answered } = openCommitter();
      const partition = activePartition(1);
      database.respond = () => Promise.reject(outage());
      offer(partition, [0]);
      await eventually(() => expect(uncertain).toHaveLength(1));
      const { left, outcome } = holdCommit(database);
      partition.state = 'active';
      partition.commandOffset = -1;
      committer.notify(partition);
      await left;
      let isStopped = false;
      const stopping = committer.stop().then(() => (isStopped = true));
      await turns();
      expect(isStopped).toBe(false);
      outcome.resolve();
      await stopping;

      expect(answered()).toBe(1);
    });

    it('is stopped at once when there is nothing to do', async () => {
      const { committer } = openCommitter();

      await expect(committer.stop()).resolves.toBeUndefined();
    });
  });
});
