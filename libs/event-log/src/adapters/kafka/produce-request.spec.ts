import { AppendOutcome } from './append-outcome';
import { PartitionQueue, sizeOf } from './partition-queue';
import { produceRequest, type Sending } from './produce-request';

const RECORD = { key: 'room', value: 'x'.repeat(500), headers: {} };

function sending(...counts: number[]): Sending {
  return counts.map((count, partition) => {
    const queue = new PartitionQueue('t', partition);
    const outcome = new AppendOutcome(count);
    for (let index = 0; index < count; index++) queue.add({ message: RECORD, bytes: sizeOf(RECORD), outcome, index, giveUpAt: 1_000 });
    return { queue, batch: queue.take(1_000, 1_000_000) };
  });
}

describe('produceRequest', () => {
  it('leaves small batches as they are, however many travel together, and compresses large ones', () => {
    const compressed = produceRequest(sending(1, 2, 30, 1, 3), 1_000, 0)
      .topics.get('t')
      ?.map(({ partition, isCompressed }) => [partition, isCompressed]);
    expect(compressed).toEqual([
      [0, false],
      [1, false],
      [2, true],
      [3, false],
      [4, false],
    ]);
  });
});
