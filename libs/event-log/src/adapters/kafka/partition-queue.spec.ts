import { AppendOutcome } from './append-outcome';
import { PartitionQueue } from './partition-queue';

const LATER = 1_000;

describe('PartitionQueue', () => {
  let queue: PartitionQueue;

  beforeEach(() => {
    queue = new PartitionQueue('t', 3);
  });

  const add = (giveUpAt = LATER, bytes = 10): AppendOutcome => {
    const outcome = new AppendOutcome(1);
    outcome.settled.catch(() => undefined);
    queue.add({ message: { key: 'k', value: 'v', headers: {} }, bytes, outcome, index: 0, giveUpAt });
    return outcome;
  };

  it('numbers records without gaps, whatever batch they travel in', () => {
    for (let count = 0; count < 5; count++) add();
    const first = queue.take(3, 1_000);
    queue.written(first, 100);
    expect([first.firstSequence, queue.take(3, 1_000).firstSequence]).toEqual([0, 3]);
  });

  it('begins to count again where brokers do', () => {
    queue = new PartitionQueue('t', 3, 2 ** 31 - 2);
    for (let count = 0; count < 4; count++) add();
    const first = queue.take(3, 1_000);
    queue.written(first, 100);
    expect([first.firstSequence, queue.take(3, 1_000).firstSequence]).toEqual([2 ** 31 - 2, 1]);
  });

  it('takes no more than a request holds, but always one record', () => {
    add(LATER, 600);
    add(LATER, 600);
    expect(queue.take(10, 1_000).records).toHaveLength(1);
    queue = new PartitionQueue('t', 3);
    add(LATER, 5_000);
    expect(queue.take(10, 1_000).records).toHaveLength(1);
  });

  it('tells each caller where its record lies', async () => {
    const outcomes = [add(), add()];
    queue.written(queue.take(10, 1_000), 41);
    await expect(Promise.all(outcomes.map(({ settled }) => settled))).resolves.toEqual([[{ partition: 3, offset: 41 }], [{ partition: 3, offset: 42 }]]);
  });

  it('offers the same batch under the same number until it is settled', () => {
    add();
    const batch = queue.take(10, 1_000);
    add();
    expect(queue.take(10, 1_000)).toBe(batch);
  });

  it('uses the numbers again of what was certainly not written', async () => {
    const outcome = add();
    queue.drop(queue.take(10, 1_000), false);
    await expect(outcome.settled).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    add();
    expect([queue.take(10, 1_000).firstSequence, queue.epoch]).toEqual([0, 0]);
  });

  it('goes on in a new epoch after what may be written, so that the broker takes nothing that follows for a repetition', async () => {
    add();
    queue.written(queue.take(10, 1_000), 0);
    const outcome = add();
    queue.drop(queue.take(10, 1_000), true);
    await expect(outcome.settled).rejects.toMatchObject({ code: 'LOG_UNCERTAIN' });
    add();
    expect([queue.take(10, 1_000).firstSequence, queue.epoch]).toEqual([0, 1]);
  });

  it('begins a batch anew, in a new epoch, that the broker has none of', () => {
    add();
    queue.written(queue.take(10, 1_000), 0);
    add();
    add();
    queue.restart(queue.take(10, 1_000));
    expect([queue.take(10, 1_000).firstSequence, queue.epoch]).toEqual([0, 1]);
    queue.written(queue.take(10, 1_000), 7);
    add();
    expect(queue.take(10, 1_000).firstSequence).toBe(2);
  });

  it('gives up what waited too long, as certainly not written', async () => {
    const late = add(10);
    add(20);
    queue.expire(15, 'too late');
    await expect(late.settled).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    expect([queue.waitingRecords, queue.waitingBytes]).toEqual([1, 10]);
  });
});

describe('AppendOutcome', () => {
  it('is uncertain if only some of its records were written (P21)', async () => {
    const outcome = new AppendOutcome(2);
    outcome.written(0, { partition: 0, offset: 0 });
    outcome.failed(false, 'no broker', undefined);
    await expect(outcome.settled).rejects.toMatchObject({ code: 'LOG_UNCERTAIN' });
  });

  it('is unavailable only if nothing can have been written', async () => {
    const outcome = new AppendOutcome(2);
    outcome.failed(false, 'no broker', undefined);
    outcome.failed(false, 'no broker', undefined);
    await expect(outcome.settled).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
  });

  it('waits for the last record before it tells anything', async () => {
    const outcome = new AppendOutcome(2);
    outcome.failed(false, 'no broker', undefined);
    outcome.failed(true, 'no broker', undefined);
    await expect(outcome.settled).rejects.toMatchObject({ code: 'LOG_UNCERTAIN' });
  });
});
