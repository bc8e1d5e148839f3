const HIGH = 2 ** 32;
/** Up to here a length takes one byte as a varint. */
const SHORT = 63;

/** Writes Kafka's protocol into one buffer, which grows: numbers big-endian, texts as UTF-8. */
export class WireWriter {
  private at = 0;
  private bytes: Buffer;

  constructor(expectedBytes: number) {
    this.bytes = Buffer.allocUnsafe(expectedBytes);
  }

  /** How much is written so far. */
  get length(): number {
    return this.at;
  }

  /** What is written, without a copy: it ends with the next call. */
  get written(): Buffer {
    return this.bytes.subarray(0, this.at);
  }

  int8(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  int16(value: number): void {
    this.reserve(2);
    this.at = this.bytes.writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.reserve(4);
    this.at = this.bytes.writeInt32BE(value, this.at);
  }

  /** A whole number that JavaScript knows exactly. */
  int64(value: number): void {
    this.reserve(8);
    this.at = this.bytes.writeInt32BE(Math.floor(value / HIGH), this.at);
    this.at = this.bytes.writeUInt32BE(value >>> 0, this.at);
  }

  /** Any number of 64 bits, as text. */
  longInt64(value: string): void {
    this.reserve(8);
    this.at = this.bytes.writeBigInt64BE(BigInt(value), this.at);
  }

  /** ZigZag, seven bits a byte. From 0 on. */
  varint(value: number): void {
    this.reserve(5);
    let left = value << 1;
    while (left > 0x7f) {
      this.bytes[this.at++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    this.bytes[this.at++] = left;
  }

  /** Behind its length in 16 bits. */
  shortText(text: string): void {
    const length = Buffer.byteLength(text);
    this.int16(length);
    this.text(text, length);
  }

  /** Behind its length as a varint. */
  varText(text: string): void {
    if (text.length <= SHORT && this.shortAscii(text)) return;
    const length = Buffer.byteLength(text);
    this.varint(length);
    this.text(text, length);
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Puts something else in the place of all from there on. */
  replaceFrom(place: number, bytes: Uint8Array): void {
    this.at = place;
    this.raw(bytes);
  }

  /** Leaves place for a number of 32 bits, which is known later; tells where. */
  skipInt32(): number {
    this.reserve(4);
    this.at += 4;
    return this.at - 4;
  }

  /** Fills such a place with a signed or an unsigned number. */
  fillInt32(place: number, value: number): void {
    this.bytes.writeInt32BE(value | 0, place);
  }

  /** Begins something whose length as a varint comes first, and is known at its end; expected to be about so long. Tells where it begins. */
  beginVarSized(expectedBytes: number): number {
    const size = sizeOfVarint(expectedBytes);
    this.reserve(size);
    this.at += size;
    return this.at - size;
  }

  endVarSized(begin: number, expectedBytes: number): void {
    const expectedSize = sizeOfVarint(expectedBytes);
    const length = this.at - begin - expectedSize;
    const size = sizeOfVarint(length);
    this.reserve(size);
    if (size !== expectedSize) this.bytes.copyWithin(begin + size, begin + expectedSize, this.at);
    this.at = begin;
    this.varint(length);
    this.at += length;
  }

  /** Most keys and headers are a few letters: for these a call into native code takes longer than the letters. False where there are others. */
  private shortAscii(text: string): boolean {
    const { length } = text;
    this.reserve(1 + length);
    const begin = this.at + 1;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      this.bytes[begin + index] = code;
    }
    this.bytes[this.at] = length << 1;
    this.at = begin + length;
    return true;
  }

  private text(text: string, length: number): void {
    this.reserve(length);
    this.bytes.write(text, this.at, length, 'utf8');
    this.at += length;
  }

  private reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.at + count));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

/** How many bytes a number from 0 on takes as a varint. */
function sizeOfVarint(value: number): number {
  let size = 1;
  for (let left = value << 1; left > 0x7f; left >>>= 7) size += 1;
  return size;
}
