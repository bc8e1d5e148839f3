import { type RecordPosition } from '../../event-log.port';
import { uncertain, unavailable } from './kafka-errors';

/** One call of `append`, whose records may lie in several partitions: settled when each has its outcome. */
export class AppendOutcome {
  private readonly positions: RecordPosition[];
  private open: number;
  private stored = 0;
  private doubtful = false;
  private failure: { readonly detail: string; readonly cause: unknown } | undefined;
  private settle: { readonly resolve: (positions: readonly RecordPosition[]) => void; readonly reject: (error: Error) => void } | undefined;
  readonly settled: Promise<readonly RecordPosition[]>;

  constructor(count: number) {
    this.positions = new Array<RecordPosition>(count);
    this.open = count;
    this.settled = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
  }

  written(index: number, position: RecordPosition): void {
    this.positions[index] = position;
    this.stored += 1;
    this.close();
  }

  /** `maybe`: the record may lie in the log all the same. */
  failed(maybe: boolean, detail: string, cause: unknown): void {
    this.doubtful ||= maybe;
    this.failure ??= { detail, cause };
    this.close();
  }

  private close(): void {
    this.open -= 1;
    if (this.open > 0) return;
    if (!this.failure) this.settle?.resolve(this.positions);
    // What one partition has stored is "some of it", however certain it is that another has nothing (P21).
    else if (this.doubtful || this.stored > 0) this.settle?.reject(uncertain(this.failure.cause));
    else this.settle?.reject(unavailable(this.failure.detail, this.failure.cause));
  }
}
