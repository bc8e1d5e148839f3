import { Logger } from '@nestjs/common';
import { type Subscription } from '../../event-log.port';
import { GroupMember } from './group-member';
import { type Assignment, type GroupPartition } from './group-partition';
import { sharePartitions } from './share-partitions';

/** The members of one group of one topic, and who works on which partition. */
export class ConsumerGroup {
  private readonly logger = new Logger('InMemoryEventLog');
  private readonly members: GroupMember[] = [];
  private rebalancing: Promise<void> | undefined;
  private changed = false;

  constructor(
    readonly partitions: readonly GroupPartition[],
    /** Called when the last member has left. */
    private readonly emptied: () => void,
  ) {}

  /** A group without members holds nothing back: its records stay only as long as retention keeps them. */
  get isLive(): boolean {
    return this.members.length > 0;
  }

  join(subscription: Subscription): GroupMember {
    const member = new GroupMember(subscription, this);
    this.members.push(member);
    // The rebalance begins in a later macrotask: the subscriber holds its `Consumption` before `onAssigned` is called.
    setImmediate(() => {
      void this.rebalance();
    });
    return member;
  }

  async leave(member: GroupMember): Promise<void> {
    this.members.splice(this.members.indexOf(member), 1);
    await this.rebalance();
    if (!this.isLive) this.emptied();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.members].map((member) => member.stop()));
  }

  /** Resolves when the partitions lie as the members want it; one rebalance runs at a time. Never rejects. */
  private rebalance(): Promise<void> {
    this.changed = true;
    this.rebalancing ??= this.settle();
    return this.rebalancing;
  }

  private async settle(): Promise<void> {
    while (this.changed) {
      this.changed = false;
      const owners = this.partitions.map((state) => state.assignment?.member);
      const target = sharePartitions(owners, this.members);
      await this.take(target);
      this.give(target);
    }
    // In the same turn as the last look at `changed`: a call that comes later starts a loop of its own.
    this.rebalancing = undefined;
  }

  /** Takes partitions from whoever shall not have them; a partition that stays goes on undisturbed. */
  private async take(target: readonly (GroupMember | undefined)[]): Promise<void> {
    const losing = new Map<GroupMember, GroupPartition[]>();
    this.partitions.forEach((state, index) => {
      const { assignment } = state;
      if (!assignment || assignment.member === target[index]) return;
      state.leave(assignment);
      losing.set(assignment.member, [...(losing.get(assignment.member) ?? []), state]);
    });
    await Promise.all([...losing].map(([member, states]) => member.giveUp(states)));
    for (const states of losing.values()) for (const state of states) state.assignment = undefined;
  }

  private give(target: readonly (GroupMember | undefined)[]): void {
    const gaining = new Map<GroupMember, Map<GroupPartition, Assignment>>();
    this.partitions.forEach((state, index) => {
      const member = target[index];
      // A member that left meanwhile gets nothing: the next turn of the loop shares it out again.
      if (state.assignment || !member || !this.members.includes(member)) return;
      const assignment: Assignment = { member, announced: false, open: false, paused: false, leaving: false };
      state.assign(assignment);
      gaining.set(member, (gaining.get(member) ?? new Map<GroupPartition, Assignment>()).set(state, assignment));
    });
    for (const [member, given] of gaining) {
      member.open(given).catch((error: unknown) => {
        this.logger.error({ err: error }, 'Opening partitions failed');
      });
    }
  }
}
