import { newId, partitionOf } from '@agent-chat/kernel';
import { type Consumption, type EventLog, type LogRecord, type StoredRecord, type Subscription } from '../event-log.port';
import { BatchRecorder } from './batch-recorder';

/** What an adapter brings to the suite; everything in it belongs to one test. */
export interface EventLogHarness {
  /** At least 4 partitions. */
  readonly log: EventLog;
  /** A topic that holds nothing yet. */
  readonly newTopic: () => Promise<string>;
}

export type OpenEventLog = () => Promise<EventLogHarness>;

/** A record whose value tells its place in the test. */
export function record(key: string, value: number | string): LogRecord {
  return { key, value: JSON.stringify(value), headers: {} };
}

/** `count` records of one key with the values 0, 1, 2, ... */
export function series(key: string, count: number): LogRecord[] {
  return Array.from({ length: count }, (_, index) => record(key, index));
}

export function valuesOf(records: readonly StoredRecord[], key?: string): unknown[] {
  return records.filter((each) => key === undefined || each.key === key).map((each) => JSON.parse(each.value) as unknown);
}

/** The numbers 0 to `count - 1`. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** One topic of the log under test, with subscriptions that record what they get. */
export class TopicUnderTest {
  private constructor(
    readonly log: EventLog,
    readonly topic: string,
  ) {}

  static async create(harness: EventLogHarness): Promise<TopicUnderTest> {
    return new TopicUnderTest(harness.log, await harness.newTopic());
  }

  async append(...records: LogRecord[]): Promise<void> {
    await this.log.append(this.topic, records);
  }

  /** A new group that starts at the beginning, with `auto` commits, unless told otherwise. */
  async subscribe(options: Partial<Subscription> = {}): Promise<{ recorder: BatchRecorder; consumption: Consumption }> {
    const recorder = new BatchRecorder(options.onBatch);
    const consumption = await this.log.subscribe({
      group: newId<string>(),
      startAt: 'beginning',
      commit: 'auto',
      ...options,
      topic: this.topic,
      onBatch: recorder.onBatch,
    });
    return { recorder, consumption };
  }
}

/** Gives each test a log of its own with a topic on it, and closes the log behind it. */
export function topicEachTest(open: OpenEventLog, use: (topic: TopicUnderTest, harness: EventLogHarness) => void): void {
  let harness: EventLogHarness;
  beforeEach(async () => {
    harness = await open();
    use(await TopicUnderTest.create(harness), harness);
  });
  afterEach(() => harness.log.close());
}

/** Keys that lie in `count` different partitions. */
export function keysApart(count: number, partitionCount: number): { key: string; partition: number }[] {
  const found = new Map<number, string>();
  for (let index = 0; found.size < count; index++) {
    const key = `key-${String(index)}`;
    const partition = partitionOf(key, partitionCount);
    if (!found.has(partition)) found.set(partition, key);
  }
  return [...found].map(([partition, key]) => ({ key, partition }));
}
