import { type RecordBatch, type StoredRecord } from '../../event-log.port';
import { retryDelayMs } from '../memory/retry-delay';

/** What a stay needs of its member. */
export interface StayEvents {
  readonly topic: string;
  readonly maxBatchRecords: number;
  readonly onBatch: (batch: RecordBatch) => Promise<void>;
  /** A handler has finished everything below `nextOffset`. */
  readonly finished: (partition: number, nextOffset: number) => void;
  /** There is room for more. */
  readonly hungry: () => void;
  readonly failed: (error: unknown, doing: string) => void;
}

/** One stay of a partition with a member, from its assignment to its end: what was fetched ahead, and the delivery. */
export class PartitionStay {
  /** Whether the subscriber has been told of it, so that it is told of the end too. */
  announced = false;
  /** Whether `onAssigned` has succeeded: no batch before. */
  open = false;
  leaving = false;
  /** Whether the group has taken the partition away without asking: nothing can be committed any more. */
  lost = false;
  /** The group's committed next offset as far as this member knows. */
  committed: number | undefined;
  /** The next offset to fetch; undefined until the group's offset has been looked up. */
  position: number | undefined;
  /** Another one after each seek: what was fetched for an earlier one is outdated. */
  round = 0;
  /** Settles when the last handler has. Never rejects. */
  settled: Promise<void> = Promise.resolve();

  private ahead: StoredRecord[] = [];
  private paused = false;
  private running = false;
  private sought = false;
  private failures = 0;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    readonly partition: number,
    private readonly maxAheadRecords: number,
    private readonly events: StayEvents,
  ) {}

  /** Whether it wants to be fetched for. */
  get isHungry(): boolean {
    return this.open && !this.leaving && !this.paused && this.position !== undefined && this.ahead.length < this.maxAheadRecords;
  }

  get isActive(): boolean {
    return !this.leaving;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.deliver();
    this.events.hungry();
  }

  /** Lets the batches come. */
  begin(): void {
    this.open = true;
    this.deliver();
    this.events.hungry();
  }

  seek(offset: number): void {
    this.moveTo(offset);
    this.sought = true;
  }

  /** Goes on elsewhere without a word from the owner, because the log has nothing at the old place. */
  moveTo(offset: number): void {
    this.position = offset;
    this.ahead = [];
    this.round += 1;
    this.events.hungry();
  }

  /** Takes what was fetched in a round. */
  receive(round: number, records: readonly StoredRecord[]): void {
    const last = records.at(-1);
    if (round !== this.round || !last || this.leaving) return;
    for (const record of records) this.ahead.push(record);
    this.position = last.offset + 1;
    this.deliver();
  }

  /** Stops further batches; the running one goes on until `settled`. */
  leave(): void {
    this.leaving = true;
    this.ahead = [];
    clearTimeout(this.retry);
    this.retry = undefined;
  }

  private deliver(): void {
    if (!this.open || this.paused || this.leaving || this.running || this.retry || this.ahead.length === 0) return;
    const records = this.ahead.splice(0, this.events.maxBatchRecords);
    this.sought = false;
    this.running = true;
    this.settled = this.handle(records);
    this.events.hungry();
  }

  private async handle(records: readonly StoredRecord[]): Promise<void> {
    // In a later microtask: whoever fetched is not kept by a handler that works before it awaits.
    await Promise.resolve();
    const last = records.at(-1);
    try {
      await this.events.onBatch({ topic: this.events.topic, partition: this.partition, records });
      this.failures = 0;
      if (last) this.events.finished(this.partition, last.offset + 1);
    } catch (error) {
      this.redeliver(records, error);
    }
    this.running = false;
    this.deliver();
  }

  private redeliver(records: readonly StoredRecord[], error: unknown): void {
    this.failures += 1;
    const delayMs = retryDelayMs(this.failures);
    const place = `${this.events.topic}/${this.partition}@${records[0]?.offset ?? 0}`;
    this.events.failed(error, `handling a batch at ${place}, failed ${this.failures} times, next try in ${delayMs} ms`);
    if (this.leaving) return;
    // A seek that came while the handler ran wins: the owner knows better where to go on.
    if (!this.sought) this.ahead = [...records, ...this.ahead];
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.deliver();
    }, delayMs).unref();
  }
}
