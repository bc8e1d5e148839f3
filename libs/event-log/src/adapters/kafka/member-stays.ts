import { setTimeout as delay } from 'node:timers/promises';
import { type Subscription } from '../../event-log.port';
import { retryDelayMs } from '../memory/retry-delay';
import { type GroupCoordinator, type Membership, type OffsetToCommit } from './group-coordinator';
import { unavailable } from './kafka-errors';
import { type KafkaHooks } from './kafka-hooks';
import { type KafkaLink } from './kafka-link';
import { OffsetCommitter } from './offset-committer';
import { PartitionFetcher } from './partition-fetcher';
import { type PartitionReader } from './partition-reader';
import { PartitionStay } from './partition-stay';

/** What the stays need from whoever talks to the group. */
export interface GroupDoor {
  readonly membership: () => Membership | undefined;
  /** Partitions have been let go that others wait for. */
  readonly rejoin: () => void;
}

export interface StaysOptions {
  readonly link: KafkaLink;
  readonly coordinator: GroupCoordinator;
  readonly reader: PartitionReader;
  readonly hooks: KafkaHooks;
  readonly commitTimeoutMs: number;
  readonly maxBatchRecords: number;
  readonly maxAheadRecords: number;
  /** Where a group that starts at the end starts; looked up before it joined, so that it misses nothing from then on. */
  readonly startOffsets: ReadonlyMap<number, number> | undefined;
}

/** The partitions that a member holds: told to the subscriber, fetched, delivered, committed, and let go in order. */
export class MemberStays {
  private readonly stays = new Map<number, PartitionStay>();
  private granted: readonly number[] = [];
  private door: GroupDoor | undefined;
  private stopped = false;
  /** The `onAssigned` or `onRevoked` call that runs now, if any. Never rejects. */
  private telling: Promise<unknown> = Promise.resolve();
  private readonly leaving = new Set<Promise<void>>();
  private readonly committer: OffsetCommitter;
  private readonly fetcher: PartitionFetcher;

  constructor(
    private readonly subscription: Subscription,
    private readonly options: StaysOptions,
  ) {
    const { topic, group, gatherMs = 0 } = subscription;
    this.committer = new OffsetCommitter(options.coordinator, () => this.door?.membership(), options.commitTimeoutMs);
    this.fetcher = new PartitionFetcher(options.link, {
      topic,
      gatherMs,
      stays: () => this.stays.values(),
      outOfRange: (stay) => this.moveIntoRange(stay),
      lag: (partition, records) => options.hooks.onLag?.({ topic, group, partition, records }),
      failed: (error, doing) => this.report(error, doing),
    });
  }

  bind(door: GroupDoor): void {
    this.door = door;
  }

  report(error: unknown, doing: string): void {
    this.options.hooks.onError?.(error, doing);
  }

  find(partition: number): PartitionStay | undefined {
    const stay = this.stays.get(partition);
    return stay?.isActive ? stay : undefined;
  }

  assigned(): readonly number[] {
    return [...this.stays.values()].filter(({ isActive }) => isActive).map(({ partition }) => partition);
  }

  /** What this member may still be working on. */
  owned(): readonly number[] {
    return [...this.stays.values()].filter(({ lost }) => !lost).map(({ partition }) => partition);
  }

  async commit(partition: number, nextOffset: number): Promise<void> {
    // A partition that is being let go takes commits until the subscriber has let it go.
    const stay = this.stays.get(partition);
    if (!stay || stay.lost) throw unavailable('The partition has left this member');
    await this.committer.commit(stay, nextOffset);
  }

  async committed(partition: number): Promise<number | undefined> {
    const found = await this.persist(async () => (await this.options.coordinator.committed([partition])).get(partition));
    return found === undefined || found.isStart ? undefined : found.nextOffset;
  }

  /** Takes what a generation gives, and lets go what it doesn't. */
  settle(assigned: readonly number[]): void {
    const { topic, group } = this.subscription;
    this.granted = assigned;
    if (!this.stopped) this.options.hooks.onRebalance?.({ topic, group, assigned });
    const kept = new Set(assigned);
    this.letGo([...this.stays.values()].filter(({ partition, isActive }) => isActive && !kept.has(partition)));
    this.begin();
  }

  /** Everything was taken away without asking. */
  lose(): void {
    for (const stay of this.stays.values()) stay.lost = true;
    this.settle([]);
  }

  /** Lets everything go, and takes nothing more. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.letGo([...this.stays.values()].filter(({ isActive }) => isActive));
    while (this.leaving.size > 0) await Promise.all(this.leaving);
    await this.fetcher.stop();
  }

  /** A partition that is still being let go begins anew when that is done. */
  private begin(): void {
    if (this.stopped) return;
    const fresh = this.granted.filter((partition) => !this.stays.has(partition)).map((partition) => this.newStay(partition));
    if (fresh.length === 0) return;
    for (const stay of fresh) this.stays.set(stay.partition, stay);
    this.open(fresh).catch((error: unknown) => this.report(error, 'opening partitions'));
  }

  private newStay(partition: number): PartitionStay {
    const { subscription } = this;
    return new PartitionStay(partition, this.options.maxAheadRecords, {
      topic: subscription.topic,
      maxBatchRecords: this.options.maxBatchRecords,
      onBatch: subscription.onBatch,
      finished: (done, nextOffset) => {
        const stay = this.stays.get(done);
        if (subscription.commit === 'manual' || !stay || stay.lost) return;
        this.committer.commit(stay, nextOffset).catch((error: unknown) => this.report(error, 'committing'));
      },
      hungry: () => this.fetcher.wake(),
      failed: (error, doing) => this.report(error, doing),
    });
  }

  /** Finds where to go on, tells the subscriber what it got, as often as that takes, then lets the batches come. */
  private async open(fresh: readonly PartitionStay[]): Promise<void> {
    for (let failures = 1; ; failures++) {
      // One call at a time: the next assignment is told when the subscriber is done with this one.
      const told = this.telling.then(() => this.announce(fresh));
      this.telling = told;
      if (await told) return;
      await delay(retryDelayMs(failures), undefined, { ref: false });
    }
  }

  /** Whether nothing is left to be told. Never rejects. */
  private async announce(fresh: readonly PartitionStay[]): Promise<boolean> {
    const isCurrent = (stay: PartitionStay): boolean => stay.isActive && this.stays.get(stay.partition) === stay;
    try {
      await this.locate(fresh.filter((stay) => isCurrent(stay) && stay.position === undefined));
      const current = fresh.filter(isCurrent);
      if (current.length === 0) return true;
      for (const stay of current) stay.announced = true;
      await this.subscription.onAssigned?.(current.map(({ partition }) => partition));
      for (const stay of current.filter(isCurrent)) stay.begin();
      return true;
    } catch (error) {
      this.report(error, `taking partitions of ${this.subscription.topic}`);
      return false;
    }
  }

  private async locate(stays: readonly PartitionStay[]): Promise<void> {
    if (stays.length === 0) return;
    const { coordinator, startOffsets } = this.options;
    const committed = await coordinator.committed(stays.map(({ partition }) => partition));
    const starts = stays.flatMap(({ partition }) => {
      const nextOffset = committed.has(partition) ? undefined : startOffsets?.get(partition);
      return nextOffset === undefined ? [] : [{ partition, nextOffset, isStart: true }];
    });
    // The next member begins where this one did, though nothing was committed.
    await this.noteStarts(starts);
    await Promise.all(
      stays.map(async (stay) => {
        const found = committed.get(stay.partition);
        if (found && !found.isStart) stay.committed = found.nextOffset;
        const known = found?.nextOffset ?? startOffsets?.get(stay.partition);
        const position = known ?? (await this.options.reader.ends(this.subscription.topic, stay.partition)).firstOffset;
        // A seek by the owner, who may not have waited for this, wins.
        stay.position ??= position;
      }),
    );
  }

  private async noteStarts(starts: readonly OffsetToCommit[]): Promise<void> {
    const membership = this.door?.membership();
    if (starts.length === 0) return;
    if (!membership) throw new Error('The member is in no generation of its group');
    await this.options.coordinator.commit(membership, starts);
  }

  /** Waits until nothing of these partitions runs here, tells the subscriber that they go, and lets others have them. */
  private letGo(stays: readonly PartitionStay[]): void {
    if (stays.length === 0) return;
    for (const stay of stays) stay.leave();
    const done = this.revoke(stays).finally(() => this.leaving.delete(done));
    this.leaving.add(done);
  }

  /** Never rejects. */
  private async revoke(stays: readonly PartitionStay[]): Promise<void> {
    await Promise.all(stays.map(({ settled }) => settled));
    const told = this.telling.then(() => this.tellRevoked(stays));
    this.telling = told;
    await told;
    await this.committer.flush();
    for (const stay of stays) this.stays.delete(stay.partition);
    if (this.stopped) return;
    this.begin();
    if (stays.some(({ lost, partition }) => !lost && !this.granted.includes(partition))) this.door?.rejoin();
  }

  private async tellRevoked(stays: readonly PartitionStay[]): Promise<void> {
    const known = stays.filter(({ announced }) => announced).map(({ partition }) => partition);
    if (known.length === 0) return;
    try {
      await this.subscription.onRevoked?.(known);
    } catch (error) {
      this.report(error, `giving partitions of ${this.subscription.topic} up`);
    }
  }

  /**
   * The log has nothing at the position: retention has passed it, or the topic was made anew and is shorter. Its first record comes next: the group may
   * see records again, and misses none that are there.
   */
  private async moveIntoRange(stay: PartitionStay): Promise<void> {
    const { round, position = 0 } = stay;
    const { firstOffset, endOffset } = await this.options.reader.ends(this.subscription.topic, stay.partition);
    if (stay.round !== round || (position >= firstOffset && position <= endOffset)) return;
    // The offset that was committed means nothing in this log.
    if (position > endOffset) stay.committed = undefined;
    stay.moveTo(firstOffset);
  }

  private async persist<Result>(action: () => Promise<Result>): Promise<Result> {
    const deadline = performance.now() + this.options.commitTimeoutMs;
    for (let failures = 1; ; failures++) {
      try {
        return await action();
      } catch (error) {
        const delayMs = retryDelayMs(failures);
        if (performance.now() + delayMs >= deadline) throw unavailable('The committed offset could not be read', error);
        await delay(delayMs);
      }
    }
  }
}
