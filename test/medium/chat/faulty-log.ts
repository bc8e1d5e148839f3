import { type Consumption, EventLog, type LogRange, type LogRecord, type RecordBatch, type RecordPosition, type Subscription } from '@agent-chat/event-log';
import { AppError } from '@agent-chat/kernel';

/** The real log, whose appends fail as told. */
export class FaultyLog extends EventLog {
  override readonly partitionCount: number;
  /** The code to refuse an append with; `isWritten` tells whether it lies in the log all the same. */
  appendFault: (topic: string) => { readonly code: 'LOG_UNAVAILABLE' | 'LOG_UNCERTAIN'; readonly isWritten: boolean } | undefined = () => undefined;
  /** Whether the group's offsets stay where they are. */
  losesCommits = false;
  /** Partitions that the group has given to another, who has not been told of it yet. */
  readonly takenAway = new Set<number>();
  /** The group's offsets as they were committed: `<partition>: <next offset>`. */
  readonly groupCommits: string[] = [];
  /** Whether the group's member never gets to see a batch. */
  passesOver: (batch: RecordBatch) => boolean = () => false;
  /** Told what lies in the log. */
  onAppended: (topic: string, records: readonly LogRecord[]) => void = () => undefined;

  constructor(private readonly real: EventLog) {
    super();
    this.partitionCount = real.partitionCount;
  }

  override async append(topic: string, records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    const fault = this.appendFault(topic);
    if (fault?.isWritten === false) throw new AppError(fault.code);
    const positions = await this.real.append(topic, records);
    this.onAppended(topic, records);
    if (fault === undefined) return positions;
    throw new AppError(fault.code);
  }

  override async subscribe(subscription: Subscription): Promise<Consumption> {
    const onBatch = (batch: RecordBatch) => (this.passesOver(batch) ? Promise.resolve() : subscription.onBatch(batch));
    const real = await this.real.subscribe({ ...subscription, onBatch });
    const commit = (partition: number, nextOffset: number) => {
      if (this.losesCommits) return Promise.resolve();
      this.groupCommits.push(`${partition}: ${nextOffset}`);
      return real.commit(partition, nextOffset);
    };
    return {
      assigned: () => real.assigned().filter((partition) => !this.takenAway.has(partition)),
      pause: (partition) => real.pause(partition),
      resume: (partition) => real.resume(partition),
      seek: (partition, offset) => real.seek(partition, offset),
      committed: (partition) => real.committed(partition),
      stop: () => real.stop(),
      commit,
    };
  }

  override read(topic: string, partition: number, fromOffset: number, limit: number): Promise<LogRange> {
    return this.real.read(topic, partition, fromOffset, limit);
  }

  override close(): Promise<void> {
    return this.real.close();
  }
}
