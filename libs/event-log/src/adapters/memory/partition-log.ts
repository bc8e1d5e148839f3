import { type LogRange, type LogRecord, type StoredRecord } from '../../event-log.port';

/** Below this many dropped records the array isn't worth moving. */
const COMPACT_AFTER_RECORDS = 256;

/** The kept records of one partition: an array with a dropped head, and offsets that are dense from 0. */
export class PartitionLog {
  private records: StoredRecord[] = [];
  /** For each record, the bytes of all before it, so that any stretch is measured by one subtraction. */
  private bytesBefore: number[] = [];
  private totalBytes = 0;
  /** How many records at the head of the array have been dropped. */
  private head = 0;
  /** The offset of `records[0]`. */
  private base = 0;

  constructor(readonly partition: number) {}

  /** The oldest offset that is kept. */
  get firstOffset(): number {
    return this.base + this.head;
  }

  /** The offset that the next record gets. */
  get endOffset(): number {
    return this.base + this.records.length;
  }

  append(record: LogRecord, appendedAtMs: number): number {
    const offset = this.endOffset;
    // Headers are copied: what the caller does to its object later must not change what is stored.
    const { key, value, headers } = record;
    this.bytesBefore.push(this.totalBytes);
    this.totalBytes += Buffer.byteLength(value);
    this.records.push({ key, value, headers: { ...headers }, partition: this.partition, offset, appendedAtMs });
    return offset;
  }

  /** Up to `limit` records from an offset on; from the oldest kept one if that offset is gone. */
  slice(fromOffset: number, limit: number): StoredRecord[] {
    const start = Math.max(fromOffset - this.base, this.head);
    return this.records.slice(start, start + limit);
  }

  /** How many bytes of values lie from an offset on. */
  bytesFrom(offset: number): number {
    return this.totalBytes - (this.bytesBefore[Math.max(offset - this.base, this.head)] ?? this.totalBytes);
  }

  range(fromOffset: number, limit: number): LogRange {
    return { records: this.slice(fromOffset, limit), firstOffset: this.firstOffset, endOffset: this.endOffset };
  }

  /** Forgets what lies below an offset. */
  dropBelow(offset: number): void {
    this.head = Math.max(this.head, Math.min(offset, this.endOffset) - this.base);
    // Half of the array at least goes at once, so that a record is moved once on average.
    if (this.head < COMPACT_AFTER_RECORDS || this.head * 2 < this.records.length) return;
    this.base += this.head;
    this.records = this.records.slice(this.head);
    this.bytesBefore = this.bytesBefore.slice(this.head);
    this.head = 0;
  }
}
