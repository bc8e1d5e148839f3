import { AppendOutcome } from './append-outcome';
import { LZ4, UNCOMPRESSED } from './kafkajs';
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
    expect(produceRequest(sending(1), 1_000).compression).toBe(UNCOMPRESSED);
    expect(produceRequest(sending(1, 2, 1, 3, 1, 2, 1, 1), 1_000).compression).toBe(UNCOMPRESSED);
    expect(produceRequest(sending(20, 30), 1_000).compression).toBe(LZ4);
  });
});
