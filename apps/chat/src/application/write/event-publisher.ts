import { setTimeout as delay } from 'node:timers/promises';
import { EVENTS_TOPIC } from '@agent-chat/contracts';
import { type EventLog, type LogRecord } from '@agent-chat/event-log';
import { Logger } from '@nestjs/common';
import { type ProgressRepository } from '../../infrastructure/write/progress-repository';
import { type EncodedEvent } from './answer-dispatcher';
import { type OwnedPartition } from './owned-partition';

/** Most events that wait for the log; beyond that a partition's are read from Postgres later. */
const MAX_WAITING = 20_000;
const CATCH_UP_PAGE = 500;
const RETRY_DELAY_MS = 500;
/** Between appends: gateways have the events already, and consumers bear it for the sake of fewer requests. */
const GATHER_MS = 50;

/**
 * Publishes the committed events of one database to the log of events, in order a partition, behind the answers. Postgres is the truth (P18): what can't be
 * published now is read from there and published later, so nothing here holds up a commit.
 */
export class EventPublisher {
  private readonly logger = new Logger(EventPublisher.name);
  private readonly own = new WeakSet<OwnedPartition>();
  private waiting: EncodedEvent[] = [];
  /** Partitions whose events are read from Postgres; `true` when one was committed since the last read began. */
  private readonly behind = new Map<OwnedPartition, boolean>();
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly log: EventLog,
    private readonly progress: Pick<ProgressRepository, 'eventsAfter'>,
    /** Told of events that an outage may have kept from gateways; those that had them drop them. */
    private readonly onCaughtUp: (events: readonly EncodedEvent[]) => void,
  ) {}

  /** Publishes from here on what is committed to the partition, after what its earlier owner may not have published (P18). */
  adopt(partition: OwnedPartition): void {
    this.drop(partition);
    this.own.add(partition);
    if (partition.publishedPosition < partition.position) this.leaveBehind(partition);
    this.wake();
  }

  /** Leaves the partition to another publisher: not an event of it is read here any more. */
  drop(partition: OwnedPartition): void {
    this.own.delete(partition);
    this.behind.delete(partition);
    this.waiting = this.waiting.filter((event) => event.partition !== partition);
  }

  publish(events: readonly EncodedEvent[]): void {
    const own = events.filter(({ partition }) => this.own.has(partition));
    if (this.waiting.length + own.length > MAX_WAITING) {
      for (const { partition } of [...this.waiting, ...own]) this.leaveBehind(partition);
      this.waiting = [];
    } else {
      for (const event of own) {
        if (this.behind.has(event.partition)) this.leaveBehind(event.partition);
        else this.waiting.push(event);
      }
    }
    this.wake();
  }

  /** Ends after what is under way. What still waits is published by whoever owns its partition next (P18). */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** What it has not published of the partition is read from Postgres. */
  private leaveBehind(partition: OwnedPartition): void {
    if (this.own.has(partition)) this.behind.set(partition, true);
  }

  private wake(): void {
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      if (!this.stopped && (this.waiting.length > 0 || this.behind.size > 0)) this.wake();
    });
  }

  private async run(): Promise<void> {
    while (!this.stopped && (this.waiting.length > 0 || this.behind.size > 0)) {
      try {
        const batch = this.waiting;
        this.waiting = [];
        if (batch.length > 0) await this.append(batch);
        await delay(GATHER_MS, undefined, { ref: false });
        // A page after each batch: what is behind catches up under any load.
        if (this.behind.size > 0) await this.catchUpOne();
      } catch (error) {
        this.logger.warn({ err: error }, 'Events wait to be published');
        await delay(RETRY_DELAY_MS, undefined, { ref: false });
      }
    }
  }

  private async append(batch: readonly EncodedEvent[]): Promise<void> {
    try {
      await this.log.append(EVENTS_TOPIC, batch.map(recordOf));
    } catch (error) {
      for (const { partition } of batch) this.leaveBehind(partition);
      throw error;
    }
    for (const { partition, position } of batch) if (!this.behind.has(partition)) partition.publishedPosition = Math.max(partition.publishedPosition, position);
  }

  /** One page of one partition; it is no longer behind once it has reached its newest committed event. */
  private async catchUpOne(): Promise<void> {
    const [partition] = this.behind.keys();
    if (partition === undefined) return;
    if (partition.state === 'lost') {
      this.behind.delete(partition);
      return;
    }
    // To the back of the line, so that one that stays behind holds up no other.
    this.behind.delete(partition);
    this.behind.set(partition, false);
    const events = await this.progress.eventsAfter(partition.partition, partition.publishedPosition, CATCH_UP_PAGE);
    if (!this.behind.has(partition)) return;
    const encoded = events.map((event) => ({ ...event, partition, encoded: JSON.stringify(event.event) }));
    if (encoded.length > 0) await this.log.append(EVENTS_TOPIC, encoded.map(recordOf));
    this.onCaughtUp(encoded);
    partition.publishedPosition = events.at(-1)?.position ?? partition.publishedPosition;
    if (events.length < CATCH_UP_PAGE && this.behind.get(partition) === false) this.behind.delete(partition);
  }
}

function recordOf({ partition, position, event, encoded, erasedAttachmentIds }: EncodedEvent): LogRecord {
  const erased = erasedAttachmentIds === undefined ? '' : `,"erasedAttachmentIds":${JSON.stringify(erasedAttachmentIds)}`;
  return { key: event.roomId, value: `{"partition":${String(partition.partition)},"position":${String(position)},"event":${encoded}${erased}}`, headers: {} };
}
