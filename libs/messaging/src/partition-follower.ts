import { setTimeout as delay } from 'node:timers/promises';
import { type LogEvent } from '@agent-chat/contracts';
import { type EventHandling } from './event-handling';
import { type EventSource } from './event-source';

export interface FollowerOptions {
  readonly partition: number;
  readonly handling: EventHandling;
  readonly source: EventSource;
  /** Most events handled at once. */
  readonly batchSize: number;
  /** How long events gather behind those just handled, on average. */
  readonly gatherMs: number;
  /** Runs a step when there is room for it. */
  readonly limit: <Result>(step: () => Promise<Result>) => Promise<Result>;
  /** Told of each failure before it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** More waiting events than this are dropped and read from Postgres later: a slow consumer holds nobody else up. */
const MAX_WAITING = 2_000;
/**
 * Events gather for half to one and a half times as long as they should, each partition otherwise: those that have once begun together would come to the database
 * together ever after, and hold up those who write each time. Multiples of the golden ratio lie evenly, however many there are.
 */
const SHORTEST_SHARE = 0.5;
const GOLDEN_RATIO = 0.618_033_988_75;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 10_000;

/** One group's way through one partition: in order, nothing twice, nothing left out (P19). */
export class PartitionFollower {
  private waiting: LogEvent[] = [];
  /** Something may lie in Postgres that was not offered. */
  private behind = false;
  private position: number | undefined;
  private newest = 0;
  private gathersUntilMs = -Infinity;
  /** From 0 up to 1. */
  private phase: number;
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly options: FollowerOptions) {
    this.phase = (options.partition * GOLDEN_RATIO) % 1;
  }

  /** How many positions lie between here and the newest event known of. */
  get lag(): number {
    return Math.max(0, this.newest - (this.position ?? 0));
  }

  /** Takes events as they come from the event log. */
  offer(events: readonly LogEvent[]): void {
    this.waiting.push(...events);
    if (this.waiting.length > MAX_WAITING) {
      this.waiting = [];
      this.behind = true;
    }
    this.newest = Math.max(this.newest, events[events.length - 1]?.position ?? 0);
    this.wake();
  }

  /** Compares with the log in Postgres, where a quiet partition may hold more than was offered. */
  check(): void {
    this.behind = true;
    this.wake();
  }

  /** Forgets where it is, because the stored position was changed. */
  restart(): void {
    this.position = undefined;
    this.check();
  }

  /** Resolves when the step under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private wake(): void {
    if (this.hasWork) this.running ??= this.run();
  }

  private get hasWork(): boolean {
    return !this.stopping.signal.aborted && (this.behind || this.waiting.length > 0);
  }

  /** Never rejects. */
  private async run(): Promise<void> {
    for (let failures = 0; !this.stopping.signal.aborted && (this.behind || this.waiting.length > 0);) {
      await this.gather();
      try {
        await this.options.limit(() => this.step());
        failures = 0;
      } catch (error) {
        // Whatever was under way is read again from the stored position.
        this.position = undefined;
        this.behind = true;
        this.options.onError(error);
        await this.pause(Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures++));
      }
    }
    // In the same turn as the last look at what is waiting: whoever wakes it later starts a new run.
    this.running = undefined;
  }

  /** What lies in Postgres doesn't wait: it comes in whole pages. */
  private async gather(): Promise<void> {
    const restMs = this.gathersUntilMs - performance.now();
    if (restMs > 0 && !this.behind) await this.pause(restMs);
  }

  private async step(): Promise<void> {
    // It may have been stopped while others had their turn.
    if (this.stopping.signal.aborted) return;
    this.position ??= await this.options.handling.position(this.options.partition);
    if (this.behind) await this.catchUp(this.position);
    else await this.follow(this.position);
  }

  private async follow(position: number): Promise<void> {
    const fresh = this.waiting.splice(0, this.options.batchSize).filter((event) => event.position > position);
    if (fresh.length === 0) return;
    if (fresh.every((event, index) => event.position === position + index + 1)) await this.handle(fresh, position);
    // A jump: Postgres says whether anything lies in between, and has these events too.
    else this.behind = true;
  }

  private async catchUp(position: number): Promise<void> {
    const { partition, source, batchSize } = this.options;
    // Before the question: what is marked from now on may not be in the answer.
    this.behind = false;
    const { events, lastPosition } = await source.after(partition, position);
    this.newest = Math.max(this.newest, lastPosition);
    let previous = position;
    for (let at = 0; at < events.length && !this.stopping.signal.aborted; at += batchSize) {
      previous = await this.handle(events.slice(at, at + batchSize), previous);
    }
    // A full page: there is more.
    if (events.length > 0 && previous < lastPosition) this.behind = true;
  }

  private async handle(events: readonly LogEvent[], previous: number): Promise<number> {
    await this.options.handling.handle(events, previous);
    this.gathersUntilMs = performance.now() + this.options.gatherMs * (SHORTEST_SHARE + this.phase);
    this.phase = (this.phase + GOLDEN_RATIO) % 1;
    const position = events[events.length - 1]?.position ?? previous;
    // Unless `restart` came meanwhile.
    if (this.position === previous) this.position = position;
    return position;
  }

  private async pause(pauseMs: number): Promise<void> {
    await delay(pauseMs, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
  }
}
