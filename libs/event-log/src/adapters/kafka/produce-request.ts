import { type PartitionQueue, type QueuedBatch } from './partition-queue';
import { type PartitionToWrite, type ProduceRequest } from './wire/produce-api';

/** What one request takes to a broker: a batch of each of these partitions. */
export type Sending = readonly { readonly queue: PartitionQueue; readonly batch: QueuedBatch }[];

/** From this size of a batch on compressing pays. Each is taken apart again by every consumer: for one of a few records that takes far more time than its bytes are worth. */
const COMPRESS_FROM_BYTES = 4_096;

/** All of one request have the same identity. */
export function produceRequest(sending: Sending, timeoutMs: number, timestampMs: number): ProduceRequest {
  const [first] = sending;
  const topics = new Map<string, PartitionToWrite[]>();
  let expectedBytes = 0;
  for (const { queue, batch } of sending) {
    const { bytes, firstSequence, records } = batch;
    const { partition } = queue;
    const entry = { partition, firstSequence, messages: records.map(({ message }) => message), isCompressed: bytes >= COMPRESS_FROM_BYTES };
    const entries = topics.get(queue.topic);
    if (entries === undefined) topics.set(queue.topic, [entry]);
    else entries.push(entry);
    expectedBytes += bytes;
  }
  const producer = { producerId: first?.queue.producerId ?? '-1', producerEpoch: first?.queue.epoch ?? 0, timestampMs };
  return { timeoutMs, producer, topics, expectedBytes };
}
