import { type LogRecord } from '../../event-log.port';
import { type AppendOutcome } from './append-outcome';
import { type WireMessage } from './kafkajs-types';

/** A record on its way, and whom to tell. */
export interface QueuedRecord {
  readonly message: WireMessage;
  readonly bytes: number;
  readonly outcome: AppendOutcome;
  /** Its place in the call that brought it. */
  readonly index: number;
  readonly giveUpAt: number;
}

/** Records that travel together under one sequence number, so that the broker recognises a repetition. */
export interface QueuedBatch {
  readonly records: readonly QueuedRecord[];
  readonly bytes: number;
  readonly firstSequence: number;
  readonly giveUpAt: number;
  /** Whether a request for it is under way, be it that its broker is only being connected. */
  sending: boolean;
  /** Whether that request has left. */
  sent: boolean;
  /** Whether an earlier attempt may have been written. */
  maybeWritten: boolean;
  failures: number;
  cause: unknown;
}

const RECORD_OVERHEAD_BYTES = 100;

/** Brokers count records in 31 bits, and then from 0 on. */
const SEQUENCES = 2 ** 31;

/** What waits for one partition: one batch at a time is under way, under the identity that the broker deduplicates by. */
export class PartitionQueue {
  producerId: string | undefined;
  epoch = 0;
  batch: QueuedBatch | undefined;
  waitingBytes = 0;
  /** No attempt before. */
  notBefore = 0;
  private waiting: QueuedRecord[] = [];

  constructor(
    readonly topic: string,
    readonly partition: number,
    private nextSequence = 0,
  ) {}

  get isEmpty(): boolean {
    return this.batch === undefined && this.waiting.length === 0;
  }

  get waitingRecords(): number {
    return this.waiting.length;
  }

  add(record: QueuedRecord): void {
    this.waiting.push(record);
    this.waitingBytes += record.bytes;
  }

  /** The batch to send: the one that failed before, or a new one of what waits. */
  take(maxRecords: number, maxBytes: number): QueuedBatch {
    if (this.batch) return this.batch;
    let count = 0;
    let bytes = 0;
    for (const record of this.waiting) {
      if (count > 0 && (count === maxRecords || bytes + record.bytes > maxBytes)) break;
      count += 1;
      bytes += record.bytes;
    }
    const records = this.waiting.splice(0, count);
    this.waitingBytes -= bytes;
    const firstSequence = this.nextSequence;
    this.nextSequence = (firstSequence + count) % SEQUENCES;
    const giveUpAt = records[0]?.giveUpAt ?? 0;
    this.batch = { records, bytes, firstSequence, giveUpAt, sending: false, sent: false, maybeWritten: false, failures: 0, cause: undefined };
    return this.batch;
  }

  written(batch: QueuedBatch, baseOffset: number): void {
    this.batch = undefined;
    batch.records.forEach(({ outcome, index }, at) => outcome.written(index, { partition: this.partition, offset: baseOffset + at }));
  }

  /** Gives a batch up. If it may be written, now or later, what comes next uses a higher epoch: the broker then refuses the old one for ever (KIP-360). */
  drop(batch: QueuedBatch, maybe: boolean): void {
    this.batch = undefined;
    if (maybe) this.raiseEpoch();
    else this.nextSequence = batch.firstSequence;
    for (const { outcome } of batch.records) outcome.failed(maybe, 'No broker took the records in time', batch.cause);
  }

  /** Sends what is under way again as if for the first time: the broker has certainly none of it. */
  restart(batch: QueuedBatch): void {
    const { records, bytes, giveUpAt, failures, cause } = batch;
    this.raiseEpoch();
    this.nextSequence = records.length;
    this.batch = { records, bytes, giveUpAt, failures, cause, firstSequence: 0, sending: false, sent: false, maybeWritten: false };
  }

  /** Fails what has waited too long; nothing of it was ever sent. */
  expire(now: number, detail: string): void {
    const kept = this.waiting.findIndex(({ giveUpAt }) => giveUpAt > now);
    const expired = this.waiting.splice(0, kept < 0 ? this.waiting.length : kept);
    for (const { outcome, bytes } of expired) {
      this.waitingBytes -= bytes;
      outcome.failed(false, detail, this.batch?.cause);
    }
  }

  private raiseEpoch(): void {
    this.nextSequence = 0;
    this.epoch += 1;
  }
}

/** What a record takes in a request, roughly. */
export function sizeOf({ key, value, headers }: LogRecord): number {
  let bytes = RECORD_OVERHEAD_BYTES + key.length + Buffer.byteLength(value);
  for (const [name, text] of Object.entries(headers)) bytes += name.length + text.length;
  return bytes;
}
