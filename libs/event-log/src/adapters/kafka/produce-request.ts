import { LZ4, UNCOMPRESSED } from './kafkajs';
import { type RawResponses } from './kafkajs-types';
import { type PartitionQueue, type QueuedBatch } from './partition-queue';

/** What one request takes to a broker: a batch of each of these partitions. */
export type Sending = readonly { readonly queue: PartitionQueue; readonly batch: QueuedBatch }[];

const UNKNOWN_ERROR = -1;
/**
 * From this size of a batch on compressing pays. Each batch is compressed by itself, and again taken apart by every consumer: for one of a few records that
 * takes far more time than its bytes are worth.
 */
const COMPRESS_FROM_BYTES = 4_096;

/** All of one request have the same identity. */
export function produceRequest(sending: Sending, timeoutMs: number) {
  const [first] = sending;
  const bytes = sending.reduce((sum, { batch }) => sum + batch.bytes, 0);
  const topics = new Map<string, { partition: number; firstSequence: number; messages: QueuedBatch['records'][number]['message'][] }[]>();
  for (const { queue, batch } of sending) {
    const entry = { partition: queue.partition, firstSequence: batch.firstSequence, messages: batch.records.map(({ message }) => message) };
    topics.set(queue.topic, [...(topics.get(queue.topic) ?? []), entry]);
  }
  return {
    acks: -1,
    timeout: timeoutMs,
    producerId: first?.queue.producerId ?? '-1',
    producerEpoch: first?.queue.epoch ?? 0,
    compression: bytes / sending.length < COMPRESS_FROM_BYTES ? UNCOMPRESSED : LZ4,
    topicData: [...topics].map(([topic, partitions]) => ({ topic, partitions })),
  } as const;
}

/** What the broker said of one partition. */
export function resultOf({ topic, partition }: PartitionQueue, answer: RawResponses['Produce']): { readonly code: number; readonly baseOffset: number } {
  const found = answer.topics.find(({ topicName }) => topicName === topic)?.partitions.find((each) => each.partition === partition);
  return { code: found?.errorCode ?? UNKNOWN_ERROR, baseOffset: Number(found?.baseOffset ?? -1) };
}
