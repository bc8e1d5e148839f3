import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { type WireMessage } from '../kafkajs-types';
import { crc32c } from './crc32c';
import { readBatches, writeBatch } from './record-batch';
import { WireReader } from './wire-reader';
import { WireWriter } from './wire-writer';

type Decoder = (
  decoder: unknown,
) => Promise<{ readonly producerId: string; readonly producerEpoch: number; readonly firstSequence: number; readonly records: readonly Theirs[] }>;
interface Theirs {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: Record<string, Buffer>;
  readonly offset: string;
  readonly timestamp: string;
}
const load = createRequire(__filename);
/** kafkajs's own, which has been reading what brokers keep for years. */
const decodeTheirs = load('kafkajs/src/protocol/recordBatch/v0/decoder') as Decoder;
const TheirDecoder = load('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => unknown;

const MESSAGES: readonly WireMessage[] = [
  { key: 'room-1', value: '{"text":"hi"}', headers: { type: 'message.post', gateway: 'g1' } },
  { key: 'room-1', value: '{"text":"Grüße, 你好 👋"}', headers: { ß: '👋' } },
  { key: '', value: 'x'.repeat(70_000), headers: {} },
  { key: 'ünï'.repeat(11), value: 'é'.repeat(63), headers: { long: 'y'.repeat(200) } },
];
const AT = Date.UTC(2026, 10, 22);

function batchOf(messages: readonly WireMessage[], isCompressed = false): Buffer {
  const writer = new WireWriter(8);
  writeBatch(writer, { firstSequence: 41, messages, isCompressed }, { producerId: '9007199254740999', producerEpoch: 7, timestampMs: AT });
  return writer.written;
}

/** The batch as a broker keeps it, from that offset on. */
function keptAt(offset: number, batch: Buffer): Buffer {
  const kept = Buffer.from(batch);
  kept.writeBigInt64BE(BigInt(offset), 0);
  return kept;
}

const read = (bytes: Buffer, from = 0) => readBatches(new WireReader(bytes), 3, from).records;

const problemOf = (bytes: Buffer) => readBatches(new WireReader(bytes), 3, 0).problem?.message;

describe('batches of records', () => {
  it('are written as another client reads them', async () => {
    const { producerId, producerEpoch, firstSequence, records } = await decodeTheirs(new TheirDecoder(batchOf(MESSAGES)));
    expect({ producerId, producerEpoch, firstSequence }).toEqual({ producerId: '9007199254740999', producerEpoch: 7, firstSequence: 41 });
    const texts = records.map(({ key, value, headers }) => ({
      key: key.toString(),
      value: value.toString(),
      headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, text.toString()])),
    }));
    expect(texts).toEqual(MESSAGES);
    expect(records.map(({ offset, timestamp }) => [offset, timestamp])).toEqual([0, 1, 2, 3].map((index) => [String(index), String(AT)]));
  });

  it('have a checksum of all that follows it', () => {
    const batch = batchOf(MESSAGES);
    expect(batch.readUInt32BE(17)).toBe(crc32c(batch, 21, batch.length));
    expect(batch.readInt32BE(8)).toBe(batch.length - 12);
  });

  it.each([false, true])('are read again, one behind the other, compressed: %s', (isCompressed) => {
    const bytes = Buffer.concat([keptAt(10, batchOf(MESSAGES, isCompressed)), keptAt(14, batchOf(MESSAGES.slice(0, 1)))]);
    const records = read(bytes);
    expect(records.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual([...MESSAGES, MESSAGES[0]]);
    expect(records.map(({ partition, offset, appendedAtMs }) => [partition, offset, appendedAtMs])).toEqual(
      [10, 11, 12, 13, 14].map((offset) => [3, offset, AT]),
    );
  });

  it('are read from the offset on that was asked for', () => {
    expect(read(keptAt(2 ** 40, batchOf(MESSAGES)), 2 ** 40 + 2).map(({ offset }) => offset)).toEqual([2 ** 40 + 2, 2 ** 40 + 3]);
  });

  it('are passed by where the last one is cut off, and where one only tells of a transaction', () => {
    const [whole, control] = [keptAt(0, batchOf(MESSAGES)), keptAt(4, batchOf(MESSAGES.slice(0, 1)))];
    control.writeInt16BE(0x20, 21);
    for (const cut of [1, 11, 12, 40]) expect(read(Buffer.concat([whole, control, whole.subarray(0, cut)]))).toHaveLength(4);
  });

  it('have the time that the broker gave them, where it does', () => {
    const batch = keptAt(0, batchOf(MESSAGES));
    batch.writeInt16BE(0x08, 21);
    batch.writeBigInt64BE(BigInt(AT + 500), 35);
    expect(new Set(read(batch).map(({ appendedAtMs }) => appendedAtMs))).toEqual(new Set([AT + 500]));
  });

  it('are read when the topic compresses with gzip, and refused when nobody here can read them', () => {
    const plain = batchOf(MESSAGES);
    const zipped = Buffer.concat([plain.subarray(0, 61), gzipSync(plain.subarray(61))]);
    zipped.writeInt32BE(zipped.length - 12, 8);
    zipped.writeInt16BE(1, 21);
    expect(read(zipped).map(({ value }) => value)).toEqual(MESSAGES.map(({ value }) => value));
    zipped.writeInt16BE(4, 21);
    expect(problemOf(zipped)).toContain('codec (4)');
    zipped.writeInt8(1, 16);
    expect(problemOf(zipped)).toContain('magic 1');
  });

  it('are read up to one that is broken, which says where it is', () => {
    const [whole, broken] = [keptAt(10, batchOf(MESSAGES)), keptAt(14, batchOf(MESSAGES))];
    // More records than there are.
    broken.writeInt32BE(9, 57);
    const bytes = Buffer.concat([whole, broken, keptAt(18, batchOf(MESSAGES))]);
    expect(read(bytes).map(({ offset }) => offset)).toEqual([10, 11, 12, 13]);
    expect(problemOf(bytes)).toContain('offset 14 of partition 3');
  });
});
