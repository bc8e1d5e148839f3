import { setTimeout as delay } from 'node:timers/promises';
import { retryDelayMs } from '../memory/retry-delay';
import { NONE, OFFSET_OUT_OF_RANGE } from './kafka-errors';
import { type KafkaLink } from './kafka-link';
import { ask } from './kafkajs';
import { type FetchedPartition } from './kafkajs-types';
import { type PartitionStay } from './partition-stay';
import { storedRecords } from './stored-records';

/** What the fetcher needs of its member. */
export interface FetcherEvents {
  readonly topic: string;
  /** From one request that brought something to the next, while nothing is left behind. */
  readonly gatherMs: number;
  readonly stays: () => Iterable<PartitionStay>;
  /** The log has nothing at the stay's position. */
  readonly outOfRange: (stay: PartitionStay) => Promise<void>;
  readonly lag: (partition: number, records: number) => void;
  readonly failed: (error: unknown, doing: string) => void;
}

/** How long a broker keeps a request that it has nothing for: long if all partitions are in it, short if one may want to join in at any moment. */
const LONG_WAIT_MS = 250;
const SHORT_WAIT_MS = 20;
const MAX_BYTES = 8 * 1_024 * 1_024;
const MAX_PARTITION_BYTES = 512 * 1_024;
const LONGEST_RETRY_MS = 1_000;

/** Keeps one request under way to each broker that leads a partition which wants more. */
export class PartitionFetcher {
  private readonly busy = new Map<number, Promise<void>>();
  private failures = 0;
  private waking = false;
  private readonly stopping = new AbortController();

  constructor(
    private readonly link: KafkaLink,
    private readonly events: FetcherEvents,
  ) {}

  /** Looks who wants more, at the end of this turn of the event loop. */
  wake(): void {
    if (this.waking || this.isStopped) return;
    this.waking = true;
    setImmediate(() => {
      this.waking = false;
      this.turn();
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.busy.values());
  }

  private get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private turn(): void {
    if (this.isStopped) return;
    const stays = [...this.events.stays()];
    const hungry = stays.filter(({ isHungry }) => isHungry);
    const byLeader = new Map<number, PartitionStay[]>();
    for (const stay of hungry) {
      const leader = this.link.leaderOf(this.events.topic, stay.partition) ?? NOBODY;
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), stay]);
    }
    const waitMs = hungry.length === stays.length ? LONG_WAIT_MS : SHORT_WAIT_MS;
    for (const [leader, wanted] of byLeader) {
      if (this.busy.has(leader)) continue;
      const fetched = this.fetch(leader, wanted, waitMs).finally(() => {
        this.busy.delete(leader);
        this.wake();
      });
      this.busy.set(leader, fetched);
    }
  }

  /** Never rejects. */
  private async fetch(leader: number, stays: readonly PartitionStay[], waitMs: number): Promise<void> {
    const { topic, gatherMs } = this.events;
    const startedMs = performance.now();
    try {
      if (leader === NOBODY) throw new Error(`Some partitions of ${topic} have no leader`);
      const broker = await this.link.broker(leader);
      const asked = stays.filter(({ isHungry }) => isHungry).map((stay) => ({ stay, round: stay.round, position: stay.position ?? 0 }));
      const partitions = asked.map(({ stay, position }) => ({ partition: stay.partition, fetchOffset: String(position), maxBytes: MAX_PARTITION_BYTES }));
      const answer = await ask(broker, 'Fetch', { isolationLevel: 0, maxWaitTime: waitMs, minBytes: 1, maxBytes: MAX_BYTES, topics: [{ topic, partitions }] });
      const found = new Map(answer.responses.flatMap((response) => response.partitions).map((each) => [each.partition, each]));
      const taken: Taken[] = [];
      for (const { stay, round, position } of asked) {
        const part = found.get(stay.partition);
        if (part) taken.push(await this.take(stay, round, position, part));
      }
      const problem = taken.find((each) => each.problem !== undefined)?.problem;
      if (problem) throw problem;
      this.failures = 0;
      const isCaughtUp = taken.every(({ left }) => left === 0) && taken.some(({ records }) => records > 0);
      if (isCaughtUp) await this.pause(startedMs + gatherMs - performance.now());
    } catch (error) {
      if (this.isStopped) return;
      this.failures += 1;
      this.events.failed(error, `fetching ${topic}`);
      await this.pause(Math.min(retryDelayMs(this.failures), LONGEST_RETRY_MS));
      await this.link.discover(topic).catch(() => undefined);
    }
  }

  private async take(stay: PartitionStay, round: number, position: number, part: FetchedPartition): Promise<Taken> {
    if (part.errorCode === NONE) {
      const records = storedRecords(part.partition, part.messages, position);
      const left = Math.max(0, Number(part.highWatermark) - (records.at(-1)?.offset ?? position - 1) - 1);
      this.events.lag(part.partition, left);
      stay.receive(round, records);
      return { records: records.length, left };
    }
    if (part.errorCode === OFFSET_OUT_OF_RANGE && round === stay.round) await this.events.outOfRange(stay);
    return { records: 0, left: 0, problem: new Error(`Broker answered error ${part.errorCode} for partition ${part.partition}`) };
  }

  private async pause(pauseMs: number): Promise<void> {
    if (pauseMs > 0) await delay(pauseMs, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
  }
}

/** What a request brought of a partition, and how many records lay behind that. */
interface Taken {
  readonly records: number;
  readonly left: number;
  readonly problem?: Error;
}

/** Stands for the leader of partitions that have none. */
const NOBODY = -1;
