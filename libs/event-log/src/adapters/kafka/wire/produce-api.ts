import { type BatchOrigin, type BatchToWrite, writeBatch } from './record-batch';
import { type Throttling, type WireApi } from './wire-api';
import { WireReader } from './wire-reader';
import { WireWriter } from './wire-writer';

/** Batches of some partitions, by one producer; acknowledged once every in-sync replica has them. */
export interface ProduceRequest {
  readonly timeoutMs: number;
  readonly producer: BatchOrigin;
  readonly topics: ReadonlyMap<string, readonly PartitionToWrite[]>;
  /** Of all messages together, roughly. */
  readonly expectedBytes: number;
}

export interface PartitionToWrite extends BatchToWrite {
  readonly partition: number;
}

export interface ProducedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** -1 where nothing was written. */
  readonly baseOffset: number;
}

export interface ProduceAnswer extends Throttling {
  readonly partitions: readonly ProducedPartition[];
}

const NULL_TEXT = -1;
const ALL_REPLICAS = -1;
const REQUEST_BYTES = 256;
const PARTITION_BYTES = 100;

/** Version 7 of Produce, which brokers know since Kafka 2.1. */
export const PRODUCE: WireApi<ProduceRequest, ProduceAnswer> = { name: 'Produce', key: 0, version: 7, encode, decode };

function encode({ timeoutMs, producer, topics, expectedBytes }: ProduceRequest): WireWriter {
  let partitionCount = 0;
  for (const partitions of topics.values()) partitionCount += partitions.length;
  const writer = new WireWriter(REQUEST_BYTES + partitionCount * PARTITION_BYTES + expectedBytes);
  writer.int16(NULL_TEXT);
  writer.int16(ALL_REPLICAS);
  writer.int32(timeoutMs);
  writer.int32(topics.size);
  for (const [topic, partitions] of topics) {
    writer.shortText(topic);
    writer.int32(partitions.length);
    for (const batch of partitions) {
      writer.int32(batch.partition);
      const size = writer.skipInt32();
      writeBatch(writer, batch, producer);
      writer.fillInt32(size, writer.length - size - 4);
    }
  }
  return writer;
}

function decode(bytes: Buffer): ProduceAnswer {
  const reader = new WireReader(bytes);
  const partitions: ProducedPartition[] = [];
  for (let topicsLeft = reader.int32(); topicsLeft > 0; topicsLeft -= 1) {
    const topic = reader.shortText();
    for (let left = reader.int32(); left > 0; left -= 1) {
      partitions.push({ topic, partition: reader.int32(), errorCode: reader.int16(), baseOffset: reader.int64() });
      reader.skip(16);
    }
  }
  return { partitions, clientSideThrottleTime: reader.int32() };
}
