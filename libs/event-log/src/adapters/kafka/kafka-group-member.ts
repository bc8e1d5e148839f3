import { setTimeout as delay } from 'node:timers/promises';
import { type Consumption, type Subscription } from '../../event-log.port';
import { retryDelayMs } from '../memory/retry-delay';
import { type GroupCoordinator, type GroupTimes, type Membership } from './group-coordinator';
import { typeOf } from './kafka-errors';
import { type MemberStays } from './member-stays';

const LONGEST_RETRY_MS = 1_000;
const FENCED: ReadonlySet<string | undefined> = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID']);

/** One member of a consumer group: joins, heartbeats beside whatever its handlers do, joins again when partitions are shared out anew. */
export class KafkaGroupMember implements Consumption {
  private memberId = '';
  private membership: Membership | undefined;
  private wish = new AbortController();
  private rejoin = true;
  private ended = false;
  private running: Promise<void> | undefined;
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly subscription: Subscription,
    private readonly coordinator: GroupCoordinator,
    private readonly stays: MemberStays,
    private readonly times: GroupTimes,
    private readonly onStopped: () => Promise<void>,
  ) {
    stays.bind({ membership: () => this.membership, rejoin: () => this.askToRejoin() });
  }

  /** Resolves once the member has joined, or has been stopped before. */
  start(): Promise<void> {
    return new Promise((joined) => {
      this.running = this.live(joined).finally(joined);
    });
  }

  assigned(): readonly number[] {
    return this.stays.assigned();
  }

  pause(partition: number): void {
    this.stays.find(partition)?.pause();
  }

  resume(partition: number): void {
    this.stays.find(partition)?.resume();
  }

  seek(partition: number, offset: number): void {
    this.stays.find(partition)?.seek(offset);
  }

  async commit(partition: number, nextOffset: number): Promise<void> {
    await this.stays.commit(partition, nextOffset);
  }

  async committed(partition: number): Promise<number | undefined> {
    return this.stays.committed(partition);
  }

  stop(): Promise<void> {
    this.stopping ??= this.leave();
    return this.stopping;
  }

  private async leave(): Promise<void> {
    await this.stays.stop();
    this.ended = true;
    this.wish.abort();
    await this.running;
    if (this.memberId !== '') await this.coordinator.leave(this.memberId).catch((error: unknown) => this.stays.report(error, 'leaving a group'));
    this.membership = undefined;
    await this.onStopped();
  }

  private hasEnded(): boolean {
    return this.ended;
  }

  private askToRejoin(): void {
    this.rejoin = true;
    this.wish.abort();
  }

  /** Never rejects. */
  private async live(joined: () => void): Promise<void> {
    for (let failures = 0; !this.ended;) {
      try {
        if (this.rejoin) await this.join(joined);
        else await this.heartbeat();
        failures = 0;
      } catch (error) {
        if (this.hasEnded()) return;
        failures += 1;
        await this.recover(error, failures);
      }
    }
  }

  private async join(joined: () => void): Promise<void> {
    this.rejoin = false;
    try {
      const { memberId } = this;
      const generation = this.membership?.generation ?? -1;
      const place = await this.coordinator.join({ memberId, generation, owned: this.stays.owned(), stopping: this.stopping !== undefined });
      // Known even if what follows fails: came it again as somebody new, the others would wait for this one until its session ends.
      this.memberId = place.memberId;
      this.membership = await this.coordinator.sync(place);
    } catch (error) {
      this.rejoin = true;
      throw error;
    }
    const { assigned } = this.membership;
    joined();
    // In a later macrotask: the subscriber holds its `Consumption` before `onAssigned` is called.
    setImmediate(() => this.stays.settle(assigned));
  }

  private async heartbeat(): Promise<void> {
    await delay(this.times.heartbeatMs, undefined, { signal: this.wish.signal }).catch(() => undefined);
    this.wish = new AbortController();
    if (this.membership && !this.rejoin && !this.ended) await this.coordinator.heartbeat(this.membership);
  }

  private async recover(error: unknown, failures: number): Promise<void> {
    const type = typeOf(error);
    if (type === 'REBALANCE_IN_PROGRESS') {
      this.rejoin = true;
      return;
    }
    if (FENCED.has(type)) {
      // The group has shared out this member's partitions: it is a new member from now on.
      this.memberId = '';
      this.membership = undefined;
      this.rejoin = true;
      this.stays.lose();
    }
    this.stays.report(error, `being a member of ${this.subscription.group}`);
    await delay(Math.min(retryDelayMs(failures), LONGEST_RETRY_MS), undefined, { ref: false });
  }
}
