const HIGH = 2 ** 32;

/** Reads Kafka's protocol. Throws a `RangeError` where it ends too early. */
export class WireReader {
  constructor(
    private readonly bytes: Buffer,
    private at = 0,
    private readonly end = bytes.length,
  ) {}

  get left(): number {
    return this.end - this.at;
  }

  int8(): number {
    return this.bytes.readInt8(this.pass(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.pass(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.pass(4));
  }

  /** Offsets and times, which JavaScript knows exactly; other numbers nearly. */
  int64(): number {
    const at = this.pass(8);
    return this.bytes.readInt32BE(at) * HIGH + this.bytes.readUInt32BE(at + 4);
  }

  /** ZigZag, seven bits a byte: of 32 bits, or of 64 where these are few enough for JavaScript. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.bytes.readUInt8(this.pass(1));
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 0x80;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Behind its length in 16 bits. */
  shortText(): string {
    return this.text(this.int16());
  }

  /** Behind its length as a varint; empty where there is none. */
  varText(): string {
    return this.text(this.varint());
  }

  skip(count: number): void {
    this.pass(count);
  }

  /** A reader of the next so many bytes, which are passed by. */
  part(count: number): WireReader {
    const at = this.pass(count);
    return new WireReader(this.bytes, at, at + count);
  }

  /** All bytes that are left. */
  rest(): Buffer {
    const at = this.pass(this.left);
    return this.bytes.subarray(at, this.end);
  }

  private text(length: number): string {
    if (length <= 0) return '';
    const at = this.pass(length);
    return this.bytes.toString('utf8', at, at + length);
  }

  private pass(count: number): number {
    const { at } = this;
    if (at + count > this.end) throw new RangeError(`A broker's answer ends ${at + count - this.end} bytes too early`);
    this.at = at + count;
    return at;
  }
}
