import { setTimeout as delay } from 'node:timers/promises';
import { partitionOf } from '@agent-chat/kernel';
import { type EventLog, type RecordPosition, type StoredRecord } from '../../../event-log.port';

type Outcome = 'stored' | 'LOG_UNAVAILABLE' | 'LOG_UNCERTAIN' | 'open';

interface Entry {
  readonly key: string;
  readonly value: number;
  outcome: Outcome;
  position: RecordPosition | undefined;
  tookMs: number;
}

/** Appends without awaiting, remembers what each append answered, and compares that with what the log holds. */
export class AppendLedger {
  readonly entries: Entry[] = [];
  private readonly settled: Promise<void>[] = [];
  private readonly counts = new Map<string, number>();
  private stopped = false;

  constructor(
    private readonly log: EventLog,
    private readonly topic: string,
    readonly keys: readonly string[],
  ) {}

  append(key: string): void {
    const value = this.counts.get(key) ?? 0;
    this.counts.set(key, value + 1);
    const entry: Entry = { key, value, outcome: 'open', position: undefined, tookMs: 0 };
    this.entries.push(entry);
    const startedAt = performance.now();
    this.settled.push(
      this.log
        .append(this.topic, [{ key, value: String(value), headers: {} }])
        .then(
          ([position]) => {
            entry.position = position;
            entry.outcome = 'stored';
          },
          (error: unknown) => {
            entry.outcome = (error as { code: Outcome }).code;
          },
        )
        .finally(() => {
          entry.tookMs = performance.now() - startedAt;
        }),
    );
  }

  /** One append of each key every few milliseconds, until `stop`. */
  async run(): Promise<void> {
    while (!this.stopped) {
      for (const key of this.keys) this.append(key);
      await delay(5);
    }
    await Promise.all(this.settled);
  }

  stop(): void {
    this.stopped = true;
  }

  async whenSettled(): Promise<void> {
    await Promise.all(this.settled);
  }

  count(outcome: Outcome): number {
    return this.entries.filter((entry) => entry.outcome === outcome).length;
  }

  lastStored(): Entry | undefined {
    return this.entries.findLast(({ outcome }) => outcome === 'stored');
  }

  /** Everything that contradicts what the appends answered; empty if the log kept its word. */
  async contradictions(): Promise<string[]> {
    const problems: string[] = [];
    for (const key of this.keys) {
      const stored = await this.storedOf(key);
      const values = stored.map(({ value }) => Number(value));
      if (new Set(values).size !== values.length) problems.push(`${key}: a record is there twice`);
      if (values.some((value, index) => index > 0 && value < (values[index - 1] ?? 0))) problems.push(`${key}: records lie in another order`);
      for (const { value, outcome, position } of this.entries.filter((entry) => entry.key === key)) {
        const found = stored.find((each) => Number(each.value) === value);
        if (outcome === 'stored' && found?.offset !== position?.offset) problems.push(`${key}/${value}: stored, but not where it was said`);
        if (outcome === 'LOG_UNAVAILABLE' && found) problems.push(`${key}/${value}: certainly not stored, but there`);
        if (outcome === 'open') problems.push(`${key}/${value}: no answer`);
      }
    }
    return problems;
  }

  private async storedOf(key: string): Promise<StoredRecord[]> {
    const range = await this.log.read(this.topic, partitionOf(key, this.log.partitionCount), 0, 1_000_000);
    return range.records.filter((record) => record.key === key);
  }
}
