import { EVENTS_TOPIC, type LogEvent } from '@agent-chat/contracts';
import { type Consumption, type EventLog, type RecordBatch, type StoredRecord } from '@agent-chat/event-log';
import { DeadEventReplays } from './dead-event-replays';
import { type DeadEventHandling, type EventHandling } from './event-handling';
import { type EventSource } from './event-source';
import { PartitionFollower } from './partition-follower';
import { StepLimit } from './step-limit';

export interface EventGroupOptions {
  readonly group: string;
  readonly log: EventLog;
  readonly source: EventSource;
  readonly handling: EventHandling & DeadEventHandling;
  readonly batchSize: number;
  /** How long events of one partition gather behind a batch; 0 unless given, in milliseconds. */
  readonly gatherMs?: number;
  /** How often each partition is compared with the log in Postgres, in milliseconds (P19). */
  readonly checkEveryMs: number;
  /** How often to look for dead letters that are to be handled again; 5 s unless given, in milliseconds. */
  readonly replayEveryMs?: number;
  readonly onError: (error: unknown, partition: number) => void;
  /** An outage while dead letters are looked for or handled again. */
  readonly onReplayError: (error: unknown) => void;
}

/** Partitions that one group works on at once in this process. */
const CONCURRENCY = 4;
const REPLAY_EVERY_MS = 5_000;
/** What is new may be so late, for the sake of fewer requests; later where nobody waits, but not so late that much comes at once. */
const GATHER_MS = 50;
const LONGEST_GATHER_MS = 250;
/** A part of the time for which events gather anyway. */
const GATHER_SHARE = 0.25;

/**
 * One consumer group of the event topic in this process. The topic only tells what is new, soon; positions and the log in Postgres decide,
 * so nothing depends on the topic's own offsets, and the topic may be empty after a restart.
 */
export class EventGroup {
  private readonly followers = new Map<number, PartitionFollower>();
  private readonly limit = new StepLimit(CONCURRENCY);
  private consumption: Consumption | undefined;
  private timer: NodeJS.Timeout | undefined;
  private replays: DeadEventReplays | undefined;

  constructor(private readonly options: EventGroupOptions) {}

  async start(): Promise<void> {
    const { log, group, checkEveryMs, gatherMs = 0 } = this.options;
    this.consumption = await log.subscribe({
      topic: EVENTS_TOPIC,
      group,
      startAt: 'end',
      commit: 'auto',
      gatherMs: Math.min(LONGEST_GATHER_MS, Math.max(GATHER_MS, gatherMs * GATHER_SHARE)),
      onBatch: async (batch) => this.receive(batch),
      onAssigned: async (partitions) => this.follow(partitions),
      onRevoked: (partitions) => this.unfollow(partitions),
    });
    this.timer = setInterval(() => void this.check(), checkEveryMs).unref();
    this.replays = this.lookForReplays();
  }

  /** Events known of and not yet handled, by partitions of this process, summed up. */
  get lag(): number {
    return [...this.followers.values()].reduce((sum, follower) => sum + follower.lag, 0);
  }

  /** Begins again from the stored positions. */
  restart(): void {
    for (const follower of this.followers.values()) follower.restart();
  }

  /** Resolves when nothing is being handled any more. Safe to call twice. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all([this.consumption?.stop(), this.replays?.stop()]);
    await this.unfollow([...this.followers.keys()]);
  }

  /** Never rejects. */
  private async check(): Promise<void> {
    // An outage is told by the steps that meet it.
    const forgotten = (await this.options.handling.forgotten?.([...this.followers.keys()]).catch(() => [])) ?? [];
    for (const partition of forgotten) this.followers.get(partition)?.restart();
    for (const follower of this.followers.values()) follower.check();
  }

  private lookForReplays(): DeadEventReplays {
    const { handling, source, replayEveryMs = REPLAY_EVERY_MS, onReplayError: onError } = this.options;
    return new DeadEventReplays({
      handling,
      source,
      partitions: () => [...this.followers.keys()],
      everyMs: replayEveryMs,
      onError,
    });
  }

  private follow(partitions: readonly number[]): void {
    const { handling, source, batchSize, gatherMs = 0, onError } = this.options;
    for (const partition of partitions) {
      if (this.followers.has(partition)) continue;
      const follower = new PartitionFollower({
        partition,
        handling,
        source,
        batchSize,
        gatherMs,
        limit: (step) => this.limit.run(step),
        onError: (error) => onError(error, partition),
      });
      this.followers.set(partition, follower);
      follower.check();
    }
  }

  private async unfollow(partitions: readonly number[]): Promise<void> {
    const leaving = partitions.map((partition) => this.followers.get(partition)).filter((follower) => follower !== undefined);
    for (const partition of partitions) this.followers.delete(partition);
    await Promise.all(leaving.map((follower) => follower.stop()));
  }

  private receive({ partition, records }: RecordBatch): void {
    const follower = this.followers.get(partition);
    const events = records.map(logEventOf);
    if (events.every((event) => event !== undefined)) follower?.offer(events);
    // Postgres has what can't be read here.
    else follower?.check();
  }
}

/** A log in memory hands the same record to every group of this process: it is parsed once. Nobody changes an event. */
const parsed = new WeakMap<StoredRecord, LogEvent>();

function logEventOf(record: StoredRecord): LogEvent | undefined {
  const known = parsed.get(record);
  if (known !== undefined) return known;
  try {
    const event = JSON.parse(record.value) as LogEvent;
    parsed.set(record, event);
    return event;
  } catch {
    return undefined;
  }
}
