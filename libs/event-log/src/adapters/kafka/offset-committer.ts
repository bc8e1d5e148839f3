import { setTimeout as delay } from 'node:timers/promises';
import { retryDelayMs } from '../memory/retry-delay';
import { type GroupCoordinator, type Membership, type OffsetToCommit } from './group-coordinator';
import { unavailable } from './kafka-errors';
import { type PartitionStay } from './partition-stay';

interface WaitingCommit {
  readonly stay: PartitionStay;
  readonly nextOffset: number;
  readonly giveUpAt: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The least time between two requests, unless somebody waits to leave. Whoever dies has so much of its work done again. */
const EVERY_MS = 1_000;
const LONGEST_RETRY_MS = 500;

/** Commits offsets of many partitions with one request at a time, which takes along all that was asked for meanwhile. */
export class OffsetCommitter {
  private waiting: WaitingCommit[] = [];
  private running: Promise<void> | undefined;
  private urgent = new AbortController();

  constructor(
    private readonly coordinator: GroupCoordinator,
    /** Undefined while the member is in no generation. */
    private readonly membership: () => Membership | undefined,
    private readonly timeoutMs: number,
  ) {}

  /** Resolves once the group's offset is there or beyond. Rejects with LOG_UNAVAILABLE. */
  commit(stay: PartitionStay, nextOffset: number): Promise<void> {
    if (stay.committed !== undefined && nextOffset <= stay.committed) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.waiting.push({ stay, nextOffset, giveUpAt: performance.now() + this.timeoutMs, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** Resolves when nothing waits any more. */
  async flush(): Promise<void> {
    this.urgent.abort();
    while (this.running) await this.running;
  }

  /** Never rejects. */
  private async run(): Promise<void> {
    let failures = 0;
    // What is asked for in the same turn of the event loop goes along.
    await new Promise((done) => setImmediate(done));
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      const left = await this.attempt(batch);
      this.waiting = [...left, ...this.waiting];
      failures = left.length > 0 ? failures + 1 : 0;
      if (failures > 0) await delay(Math.min(retryDelayMs(failures), LONGEST_RETRY_MS));
      else if (this.waiting.length > 0) await this.rest();
    }
    // In the same turn as the last look at what waits: a commit that comes later starts a run of its own.
    this.running = undefined;
  }

  private async rest(): Promise<void> {
    await delay(EVERY_MS, undefined, { signal: this.urgent.signal }).catch(() => undefined);
    this.urgent = new AbortController();
  }

  /** Resolves with what has to be tried again. */
  private async attempt(batch: readonly WaitingCommit[]): Promise<WaitingCommit[]> {
    const furthest = furthestOf(batch);
    let cause: unknown;
    try {
      const membership = this.membership();
      if (!membership) throw new Error('The member is in no generation of its group');
      if (furthest.size > 0) await this.coordinator.commit(membership, [...furthest.values()]);
      for (const [stay, { nextOffset }] of furthest) stay.committed = nextOffset;
    } catch (error) {
      cause = error;
    }
    return batch.filter((each) => !settled(each, cause));
  }
}

/** Of each partition the last offset, if it is news: offsets never go back. */
function furthestOf(batch: readonly WaitingCommit[]): ReadonlyMap<PartitionStay, OffsetToCommit> {
  const furthest = new Map<PartitionStay, OffsetToCommit>();
  for (const { stay, nextOffset } of batch) {
    const { partition } = stay;
    const known = Math.max(stay.committed ?? -1, furthest.get(stay)?.nextOffset ?? -1);
    if (nextOffset > known && !stay.lost) furthest.set(stay, { partition, nextOffset, isStart: false });
  }
  return furthest;
}

function settled({ stay, nextOffset, giveUpAt, resolve, reject }: WaitingCommit, cause: unknown): boolean {
  const isDone = stay.committed !== undefined && nextOffset <= stay.committed;
  if (isDone) resolve();
  else if (stay.lost) reject(unavailable('The partition has left this member', cause));
  else if (performance.now() >= giveUpAt) reject(unavailable('The offset could not be committed', cause));
  else return false;
  return true;
}
