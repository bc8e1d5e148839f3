import { type RecordBatch, type StoredRecord, type Subscription } from '../event-log.port';

/** Keeps what a subscription gets, in order, and watches that no partition is handled twice at once. */
export class BatchRecorder {
  /** Every record of every call, also of those that failed. */
  readonly records: StoredRecord[] = [];
  /** The offset after the last record of each partition. */
  readonly nextOffsets = new Map<number, number>();
  /** The most calls that ran at once for one partition. */
  mostAtOnce = 0;
  private readonly running = new Map<number, number>();

  constructor(private readonly handle: Subscription['onBatch'] = () => Promise.resolve()) {}

  readonly onBatch = async (batch: RecordBatch): Promise<void> => {
    const { partition } = batch;
    const running = (this.running.get(partition) ?? 0) + 1;
    this.running.set(partition, running);
    this.mostAtOnce = Math.max(this.mostAtOnce, running);
    this.records.push(...batch.records);
    for (const { offset } of batch.records) this.nextOffsets.set(partition, offset + 1);
    try {
      await this.handle(batch);
    } finally {
      this.running.set(partition, running - 1);
    }
  };
}
