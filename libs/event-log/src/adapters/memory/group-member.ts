import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import { type Consumption, type Subscription } from '../../event-log.port';
import { type ConsumerGroup } from './consumer-group';
import { type Assignment, type GroupPartition } from './group-partition';
import { retryDelayMs } from './retry-delay';

type Assignments = ReadonlyMap<GroupPartition, Assignment>;

/** A running subscription: one member of a consumer group. */
export class GroupMember implements Consumption {
  private readonly logger = new Logger('InMemoryEventLog');
  /** The `onAssigned` call that runs now, if any. Never rejects. */
  private announcing: Promise<boolean> = Promise.resolve(true);
  private leaving: Promise<void> | undefined;
  private gone = false;

  constructor(
    readonly subscription: Subscription,
    private readonly group: ConsumerGroup,
  ) {}

  assigned(): readonly number[] {
    return this.group.partitions.filter((state) => this.assignmentOf(state)).map((state) => state.log.partition);
  }

  pause(partition: number): void {
    const assignment = this.assignmentOf(this.group.partitions[partition]);
    if (assignment) assignment.paused = true;
  }

  resume(partition: number): void {
    const state = this.group.partitions[partition];
    const assignment = this.assignmentOf(state);
    if (!state || !assignment) return;
    assignment.paused = false;
    state.wake();
  }

  seek(partition: number, offset: number): void {
    const state = this.group.partitions[partition];
    if (state && this.assignmentOf(state)) state.seek(offset);
  }

  async commit(partition: number, nextOffset: number): Promise<void> {
    if (this.gone) throw new AppError('LOG_UNAVAILABLE', { detail: 'The member has left its group' });
    this.group.partitions[partition]?.commit(nextOffset);
    return Promise.resolve();
  }

  async committed(partition: number): Promise<number | undefined> {
    return Promise.resolve(this.group.partitions[partition]?.committed);
  }

  stop(): Promise<void> {
    this.leaving ??= this.group.leave(this).then(() => {
      this.gone = true;
    });
    return this.leaving;
  }

  /** Tells the subscriber what it got, as often as that takes, then lets the batches come. */
  async open(given: Assignments): Promise<void> {
    for (let failures = 1; ; failures++) {
      // One call at a time: the next assignment is told when the subscriber is done with this one.
      this.announcing = this.announcing.then(() => this.announce(given));
      if (await this.announcing) return;
      await delay(retryDelayMs(failures), undefined, { ref: false });
    }
  }

  /** Waits until nothing of these partitions runs here, then tells the subscriber that they go. */
  async giveUp(states: readonly GroupPartition[]): Promise<void> {
    await Promise.all([this.announcing, ...states.map((state) => state.settled)]);
    const known = states.filter((state) => state.assignment?.announced).map((state) => state.log.partition);
    if (known.length === 0) return;
    try {
      await this.subscription.onRevoked?.(known);
    } catch (error) {
      this.logger.error({ err: error }, `A subscriber of ${this.name()} failed to give partitions up`);
    }
  }

  private assignmentOf(state: GroupPartition | undefined): Assignment | undefined {
    const assignment = state?.assignment;
    return assignment?.member === this && !assignment.leaving ? assignment : undefined;
  }

  /** Whether nothing is left to be told. */
  private async announce(given: Assignments): Promise<boolean> {
    const current = [...given].filter(([state, assignment]) => state.assignment === assignment && !assignment.leaving);
    if (current.length === 0) return true;
    for (const [, assignment] of current) assignment.announced = true;
    try {
      await this.subscription.onAssigned?.(current.map(([state]) => state.log.partition));
    } catch (error) {
      this.logger.warn({ err: error }, `A subscriber of ${this.name()} failed to take partitions and is asked again`);
      return false;
    }
    for (const [state, assignment] of current) {
      assignment.open = true;
      state.wake();
    }
    return true;
  }

  private name(): string {
    return `${this.subscription.topic} (${this.subscription.group})`;
  }
}
