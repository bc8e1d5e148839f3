import { setTimeout as delay } from 'node:timers/promises';
import { retryDelayMs } from '../memory/retry-delay';
import { NONE, OFFSET_OUT_OF_RANGE } from './kafka-errors';
import { type KafkaLink } from './kafka-link';
import { send } from './kafkajs';
import { type PartitionStay } from './partition-stay';
import { FETCH, type FetchedPartition } from './wire/fetch-api';
import { FetchSession } from './wire/fetch-session';

/** What the fetcher needs of its member. */
export interface FetcherEvents {
  readonly topic: string;
  /** From one request that brought something to the next, while nothing is known to be left behind. */
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
  private readonly sessions = new Map<number, FetchSession>();
  /** Whose records can't be read: nobody else waits for them. */
  private readonly resting = new Set<PartitionStay>();
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
    let isAll = true;
    const byLeader = new Map<number, PartitionStay[]>();
    for (const stay of this.events.stays()) {
      if (!stay.isHungry || this.resting.has(stay)) {
        isAll = false;
        continue;
      }
      const leader = this.link.leaderOf(this.events.topic, stay.partition) ?? NOBODY;
      const stays = byLeader.get(leader);
      if (stays === undefined) byLeader.set(leader, [stay]);
      else stays.push(stay);
    }
    for (const [leader, wanted] of byLeader) {
      if (this.busy.has(leader)) continue;
      const fetched = this.fetch(leader, wanted, isAll ? LONG_WAIT_MS : SHORT_WAIT_MS).finally(() => {
        this.busy.delete(leader);
        this.wake();
      });
      this.busy.set(leader, fetched);
    }
  }

  /** Never rejects. */
  private async fetch(leader: number, stays: readonly PartitionStay[], maxWaitMs: number): Promise<void> {
    const { topic, gatherMs } = this.events;
    const startedMs = performance.now();
    try {
      const isCaughtUp = await this.fetchOnce(leader, stays, maxWaitMs);
      this.failures = 0;
      if (isCaughtUp) await this.pause(startedMs + gatherMs - performance.now());
    } catch (error) {
      this.sessions.get(leader)?.lost();
      if (this.isStopped) return;
      this.failures += 1;
      this.events.failed(error, `fetching ${topic}`);
      await this.pause(Math.min(retryDelayMs(this.failures), LONGEST_RETRY_MS));
      await this.link.discover(topic).catch(() => undefined);
    }
  }

  /** Resolves with whether something came, and nothing is left behind. Rejects where a partition had a problem, when the others have got theirs. */
  private async fetchOnce(leader: number, stays: readonly PartitionStay[], maxWaitMs: number): Promise<boolean> {
    const { topic } = this.events;
    if (leader === NOBODY) throw new Error(`Some partitions of ${topic} have no leader`);
    const broker = await this.link.broker(leader);
    const places = stays.filter(({ isHungry }) => isHungry).map((stay) => ({ stay, round: stay.round, position: stay.position ?? 0 }));
    const wanted = new Map(places.map(({ stay, position }) => [stay.partition, position]));
    const session = this.sessionWith(leader);
    const request = { ...session.request(wanted), maxWaitMs, maxBytes: MAX_BYTES, maxPartitionBytes: MAX_PARTITION_BYTES, topic };
    const answer = await send(broker, FETCH, request, wanted);
    if (!session.answered(answer)) return false;
    const taken = await this.takeAll(places, answer.partitions);
    const problem = taken.find((each) => each.problem !== undefined)?.problem;
    if (problem) throw problem;
    return taken.every(({ left }) => left === 0) && taken.some(({ records }) => records > 0);
  }

  private async takeAll(places: readonly Place[], parts: readonly FetchedPartition[]): Promise<Taken[]> {
    const asked = new Map(places.map((place) => [place.stay.partition, place]));
    const taken: Taken[] = [];
    for (const part of parts) {
      const place = asked.get(part.partition);
      if (place) taken.push(await this.take(place, part));
    }
    return taken;
  }

  private async take({ stay, round, position }: Place, { partition, errorCode, highWatermark, records, problem }: FetchedPartition): Promise<Taken> {
    if (errorCode === NONE) {
      const left = Math.max(0, highWatermark - (records.at(-1)?.offset ?? position - 1) - 1);
      this.events.lag(partition, left);
      stay.receive(round, records);
      if (problem !== undefined) this.rest(stay, problem);
      return { records: records.length, left };
    }
    if (errorCode === OFFSET_OUT_OF_RANGE && round === stay.round) await this.events.outOfRange(stay);
    return { records: 0, left: 0, problem: new Error(`Broker answered error ${errorCode} for partition ${partition}`) };
  }

  /** Until somebody has mended what can't be read, which is looked at now and then. */
  private rest(stay: PartitionStay, problem: Error): void {
    this.events.failed(problem, `reading ${this.events.topic}`);
    this.resting.add(stay);
    const over = (): void => {
      this.resting.delete(stay);
      this.wake();
    };
    void delay(LONGEST_RETRY_MS, undefined, { signal: this.stopping.signal, ref: false }).then(over, () => undefined);
  }

  private sessionWith(leader: number): FetchSession {
    const session = this.sessions.get(leader) ?? new FetchSession();
    this.sessions.set(leader, session);
    return session;
  }

  private async pause(pauseMs: number): Promise<void> {
    if (pauseMs > 0) await delay(pauseMs, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
  }
}

/** Where a partition was when it was asked for. */
interface Place {
  readonly stay: PartitionStay;
  readonly round: number;
  readonly position: number;
}

/** What a request brought of a partition, and how many records lay behind that. */
interface Taken {
  readonly records: number;
  readonly left: number;
  readonly problem?: Error;
}

/** Stands for the leader of partitions that have none. */
const NOBODY = -1;
