import { AppError } from '@agent-chat/kernel';
import { type LogRecord, type RecordPosition } from '../../event-log.port';

/** Records with the partition of each, at the same index. */
export interface Append {
  readonly records: readonly LogRecord[];
  readonly partitions: readonly number[];
}

interface WaitingAppend extends Append {
  readonly giveUpAt: number;
  readonly resolve: (positions: readonly RecordPosition[]) => void;
  readonly reject: (error: AppError) => void;
}

/** Appends that wait for room, in the order they came; each only for its own partitions, so that a full one stops no other. */
export class AppendBacklog {
  private waiting: WaitingAppend[] = [];
  private readonly waitingRecords = new Map<number, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly timeoutMs: number,
    private readonly maxRecordsPerPartition: number,
  ) {}

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** Whether an earlier append waits for the partition: a later one has to queue behind it. */
  holds(partition: number): boolean {
    return this.waitingRecords.has(partition);
  }

  add(append: Append): Promise<readonly RecordPosition[]> {
    if (append.partitions.some((partition) => (this.waitingRecords.get(partition) ?? 0) >= this.maxRecordsPerPartition)) {
      return Promise.reject(full());
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...append, giveUpAt: performance.now() + this.timeoutMs, resolve, reject });
      this.count(append, 1);
      this.arm();
    });
  }

  /** Writes, in order, what has room now. */
  admit(isFull: (partition: number) => boolean, write: (append: Append) => readonly RecordPosition[]): void {
    const blocked = new Set<number>();
    this.remove((append) => {
      const stuck = append.partitions.some((partition) => blocked.has(partition) || isFull(partition));
      if (stuck) append.partitions.forEach((partition) => blocked.add(partition));
      else append.resolve(write(append));
      return !stuck;
    });
  }

  rejectAll(error: AppError): void {
    this.remove((append) => {
      append.reject(error);
      return true;
    });
  }

  private remove(done: (append: WaitingAppend) => boolean): void {
    this.waiting = this.waiting.filter((append) => {
      if (!done(append)) return true;
      this.count(append, -1);
      return false;
    });
    clearTimeout(this.timer);
    this.timer = undefined;
    this.arm();
  }

  /** One timer, for the oldest. */
  private arm(): void {
    const oldest = this.waiting[0];
    if (!oldest || this.timer) return;
    this.timer = setTimeout(() => {
      const now = performance.now();
      this.remove((append) => {
        if (append.giveUpAt > now) return false;
        append.reject(full());
        return true;
      });
    }, oldest.giveUpAt - performance.now());
  }

  private count(append: Append, sign: 1 | -1): void {
    for (const partition of append.partitions) {
      const records = (this.waitingRecords.get(partition) ?? 0) + sign;
      if (records > 0) this.waitingRecords.set(partition, records);
      else this.waitingRecords.delete(partition);
    }
  }
}

function full(): AppError {
  return new AppError('LOG_UNAVAILABLE', { detail: 'Consumers are too far behind' });
}
