import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import { gunzipSync } from 'node:zlib';
import { type StoredRecord } from '../../../event-log.port';
import { type WireMessage } from '../kafkajs-types';
import { crc32c } from './crc32c';
import { WireReader } from './wire-reader';
import { type WireWriter } from './wire-writer';

/** Who writes, and when: by the first two the broker recognises a repetition. */
export interface BatchOrigin {
  readonly producerId: string;
  readonly producerEpoch: number;
  /** Milliseconds; consumers are told. */
  readonly timestampMs: number;
}

/** Records that travel together. */
export interface BatchToWrite {
  readonly firstSequence: number;
  readonly messages: readonly WireMessage[];
  readonly isCompressed: boolean;
}

const MAGIC = 2;
const NO_LEADER_EPOCH = -1;
const CODEC_MASK = 0x07;
const GZIP = 1;
const LZ4 = 3;
const APPEND_TIME = 0x08;
const CONTROL = 0x20;
/** Offset and length: what stands before each batch. */
const PREFIX_BYTES = 12;
const RECORD_BYTES = 8;
const HEADER_BYTES = 2;

/** Writes a batch (magic 2): its length and checksum, and what these are of. */
export function writeBatch(
  writer: WireWriter,
  { firstSequence, messages, isCompressed }: BatchToWrite,
  { producerId, producerEpoch, timestampMs }: BatchOrigin,
): void {
  writer.int64(0);
  const length = writer.skipInt32();
  writer.int32(NO_LEADER_EPOCH);
  writer.int8(MAGIC);
  const checksum = writer.skipInt32();
  const checked = writer.length;
  writer.int16(isCompressed ? LZ4 : 0);
  writer.int32(messages.length - 1);
  writer.int64(timestampMs);
  writer.int64(timestampMs);
  writer.longInt64(producerId);
  writer.int16(producerEpoch);
  writer.int32(firstSequence);
  writer.int32(messages.length);
  const records = writer.length;
  messages.forEach((message, index) => writeRecord(writer, message, index));
  if (isCompressed) writer.replaceFrom(records, compressFrameSync(writer.written.subarray(records)));
  writer.fillInt32(checksum, crc32c(writer.written, checked, writer.length));
  writer.fillInt32(length, writer.length - length - 4);
}

function writeRecord(writer: WireWriter, { key, value, headers }: WireMessage, index: number): void {
  const entries = Object.entries(headers);
  let expected = RECORD_BYTES + key.length + value.length;
  for (const [name, text] of entries) expected += HEADER_BYTES + name.length + text.length;
  const begin = writer.beginVarSized(expected);
  writer.int8(0);
  writer.varint(0);
  writer.varint(index);
  writer.varText(key);
  writer.varText(value);
  writer.varint(entries.length);
  for (const [name, text] of entries) {
    writer.varText(name);
    writer.varText(text);
  }
  writer.endVarSized(begin, expected);
}

/** What could be read of some batches. */
export interface ReadBatches {
  readonly records: readonly StoredRecord[];
  /** Why nothing behind them could: a batch is of a form that nobody writes here, or broken. */
  readonly problem?: Error;
}

/** The records of some batches from an offset on: a broker answers with whole batches, of which the first may begin before it, and the last may be cut off. */
export function readBatches(reader: WireReader, partition: number, fromOffset: number): ReadBatches {
  const records: StoredRecord[] = [];
  while (reader.left >= PREFIX_BYTES) {
    const firstOffset = reader.int64();
    const length = reader.int32();
    if (length > reader.left) break;
    const wholeBatches = records.length;
    try {
      readBatch(reader.part(length), { partition, firstOffset, fromOffset }, records);
    } catch (cause) {
      const place = `The batch at offset ${firstOffset} of partition ${partition} cannot be read`;
      return { records: records.slice(0, wholeBatches), problem: new Error(`${place}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause }) };
    }
  }
  return { records };
}

interface BatchPlace {
  readonly partition: number;
  readonly firstOffset: number;
  readonly fromOffset: number;
}

function readBatch(reader: WireReader, place: BatchPlace, records: StoredRecord[]): void {
  reader.skip(4);
  const magic = reader.int8();
  if (magic !== MAGIC) throw new Error(`its form is an old one (magic ${magic})`);
  reader.skip(4);
  const attributes = reader.int16();
  reader.skip(4);
  const firstTimestamp = reader.int64();
  const maxTimestamp = reader.int64();
  reader.skip(14);
  const count = reader.int32();
  // Where transactions begin and end, which is nobody's record.
  if ((attributes & CONTROL) !== 0) return;
  const plain = decompressed(reader, attributes & CODEC_MASK);
  for (let index = 0; index < count; index += 1) {
    const record = plain.part(plain.varint());
    record.skip(1);
    const timestampDelta = record.varint();
    const offset = place.firstOffset + record.varint();
    if (offset < place.fromOffset) continue;
    const appendedAtMs = (attributes & APPEND_TIME) === 0 ? firstTimestamp + timestampDelta : maxTimestamp;
    records.push({ key: record.varText(), value: record.varText(), headers: readHeaders(record), partition: place.partition, offset, appendedAtMs });
  }
}

function readHeaders(record: WireReader): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let left = record.varint(); left > 0; left -= 1) headers[record.varText()] = record.varText();
  return headers;
}

function decompressed(reader: WireReader, codec: number): WireReader {
  if (codec === 0) return reader;
  if (codec === LZ4) return new WireReader(decompressFrameSync(reader.rest()));
  if (codec === GZIP) return new WireReader(gunzipSync(reader.rest()));
  throw new Error(`its codec (${codec}) is not known here: set compression.type of the topic to producer`);
}
