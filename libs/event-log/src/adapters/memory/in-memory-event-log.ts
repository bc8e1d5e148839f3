import { AppError, type Clock } from '@agent-chat/kernel';
import { type Consumption, EventLog, type LogRange, type LogRecord, type RecordPosition, type Subscription } from '../../event-log.port';
import { DeliveryRounds } from './delivery-rounds';
import { MemoryTopic, type TopicLimits } from './memory-topic';

export interface InMemoryEventLogOptions extends Partial<TopicLimits> {
  readonly partitionCount: number;
  readonly clock: Clock;
}

const DEFAULT_LIMITS = { maxBufferedRecords: 4_000, maxBufferedBytes: 4 * 1_024 * 1_024, retainedRecords: 64, appendTimeoutMs: 1_000, maxBatchRecords: 500 };

/**
 * An event log in this process's heap. Offsets start at 0 with each start. Appends are atomic, so they never end in LOG_UNCERTAIN.
 * Records that every group with members is done with, and all records of a topic without one, stay up to a bounded tail.
 */
export class InMemoryEventLog extends EventLog {
  override readonly partitionCount: number;
  private readonly topics = new Map<string, MemoryTopic>();
  private readonly rounds = new DeliveryRounds();
  private readonly limits: TopicLimits;
  private readonly clock: Clock;
  private closing: Promise<void> | undefined;

  constructor({ clock, ...limits }: InMemoryEventLogOptions) {
    super();
    this.clock = clock;
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.partitionCount = limits.partitionCount;
  }

  override async append(topic: string, records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    return this.open(topic).append(records);
  }

  override async subscribe(subscription: Subscription): Promise<Consumption> {
    return Promise.resolve(this.open(subscription.topic).subscribe(subscription));
  }

  override async read(topic: string, partition: number, fromOffset: number, limit: number): Promise<LogRange> {
    return Promise.resolve(this.open(topic).read(partition, fromOffset, limit));
  }

  override close(): Promise<void> {
    this.closing ??= Promise.all([...this.topics.values()].map((topic) => topic.close(closed()))).then(() => undefined);
    return this.closing;
  }

  private open(name: string): MemoryTopic {
    if (this.closing) throw closed();
    let topic = this.topics.get(name);
    if (!topic) {
      topic = new MemoryTopic(name, this.limits, this.clock, this.rounds);
      this.topics.set(name, topic);
    }
    return topic;
  }
}

function closed(): AppError {
  return new AppError('LOG_UNAVAILABLE', { detail: 'The event log is closed' });
}
