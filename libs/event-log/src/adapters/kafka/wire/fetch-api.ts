import { type ReadBatches, readBatches } from './record-batch';
import { type Throttling, type WireApi } from './wire-api';
import { WireReader } from './wire-reader';
import { WireWriter } from './wire-writer';

/** What is wanted of one topic at one broker, within a session (`FetchSession`) or, with `NO_SESSION`, by itself. */
export interface FetchRequest {
  /** How long the broker waits for something to come. */
  readonly maxWaitMs: number;
  readonly maxBytes: number;
  readonly maxPartitionBytes: number;
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly topic: string;
  /** By partition, the offset from which on its records are wanted; in a session only those of which that has changed. */
  readonly partitions: ReadonlyMap<number, number>;
  /** Those that the session shall forget. */
  readonly forgotten: readonly number[];
}

export interface FetchedPartition extends ReadBatches {
  readonly partition: number;
  readonly errorCode: number;
  /** The offset behind the last record that consumers may have. */
  readonly highWatermark: number;
}

export interface FetchAnswer extends Throttling {
  /** Of the request as a whole: that of a session that the broker doesn't know. */
  readonly errorCode: number;
  /** 0 where the broker keeps no session. */
  readonly sessionId: number;
  /** In a session only those of which there is something to say. */
  readonly partitions: readonly FetchedPartition[];
}

export const NO_SESSION = { sessionId: 0, sessionEpoch: -1, forgotten: [] } as const;

const CONSUMER = -1;
const MIN_BYTES = 1;
const READ_UNCOMMITTED = 0;
const UNKNOWN = -1;
const REQUEST_BYTES = 128;
const PARTITION_BYTES = 28;

/** Version 11 of Fetch, which brokers know since Kafka 2.3. `from` tells where each partition was asked from. */
export const FETCH: WireApi<FetchRequest, FetchAnswer, ReadonlyMap<number, number>> = { name: 'Fetch', key: 1, version: 11, encode, decode };

function encode({ maxWaitMs, maxBytes, maxPartitionBytes, sessionId, sessionEpoch, topic, partitions, forgotten }: FetchRequest): WireWriter {
  const writer = new WireWriter(REQUEST_BYTES + topic.length * 2 + partitions.size * PARTITION_BYTES + forgotten.length * 4);
  writer.int32(CONSUMER);
  writer.int32(maxWaitMs);
  writer.int32(MIN_BYTES);
  writer.int32(maxBytes);
  writer.int8(READ_UNCOMMITTED);
  writer.int32(sessionId);
  writer.int32(sessionEpoch);
  writeTopic(writer, topic, partitions.size);
  for (const [partition, offset] of partitions) {
    writer.int32(partition);
    writer.int32(UNKNOWN);
    writer.int64(offset);
    writer.int64(UNKNOWN);
    writer.int32(maxPartitionBytes);
  }
  writeTopic(writer, topic, forgotten.length);
  for (const partition of forgotten) writer.int32(partition);
  writer.shortText('');
  return writer;
}

/** An array of one topic, or of none where there is nothing to say of it; its partitions follow. */
function writeTopic(writer: WireWriter, topic: string, partitionCount: number): void {
  writer.int32(partitionCount === 0 ? 0 : 1);
  if (partitionCount === 0) return;
  writer.shortText(topic);
  writer.int32(partitionCount);
}

function decode(bytes: Buffer, from: ReadonlyMap<number, number>): FetchAnswer {
  const reader = new WireReader(bytes);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  const partitions: FetchedPartition[] = [];
  for (let topicsLeft = reader.int32(); topicsLeft > 0; topicsLeft -= 1) {
    reader.shortText();
    for (let left = reader.int32(); left > 0; left -= 1) partitions.push(readPartition(reader, from));
  }
  return { errorCode, sessionId, partitions, clientSideThrottleTime };
}

function readPartition(reader: WireReader, from: ReadonlyMap<number, number>): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  reader.skip(16);
  // Transactions that were given up, and which replica is nearest.
  reader.skip(Math.max(0, reader.int32()) * 16 + 4);
  const batches = reader.part(Math.max(0, reader.int32()));
  return { partition, errorCode, highWatermark, ...readBatches(batches, partition, from.get(partition) ?? 0) };
}
