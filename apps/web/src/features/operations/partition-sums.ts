import type { PartitionList } from '@agent-chat/contracts';

type Partition = PartitionList['partitions'][number];

/** A group stores how far it is only after so many events that don't concern it: less than this is up to date. */
export const PASSED_OVER = 200;

/** What one process owns. */
export interface OwnerSum {
  readonly owner: string;
  readonly partitions: number;
  readonly events: number;
}

/** How far one consumer group is behind. */
export interface GroupSum {
  readonly group: string;
  readonly lag: number;
  /** The partition where it is furthest behind, and how far. */
  readonly worst: { readonly partition: number; readonly lag: number };
}

/** Who owns how much, the largest first. */
export function ownersOf(partitions: readonly Partition[]): OwnerSum[] {
  const sums = new Map<string, OwnerSum>();
  for (const { owner, position } of partitions) {
    const { partitions: count = 0, events = 0 } = sums.get(owner) ?? {};
    sums.set(owner, { owner, partitions: count + 1, events: events + position });
  }
  return [...sums.values()].sort((one, other) => other.partitions - one.partitions || (one.owner < other.owner ? -1 : 1));
}

/** How far the groups are behind, the furthest first. */
export function groupsOf(partitions: readonly Partition[]): GroupSum[] {
  const sums = new Map<string, GroupSum>();
  for (const { partition, consumers } of partitions) {
    for (const { group, lag } of consumers) {
      const before = sums.get(group) ?? { group, lag: 0, worst: { partition, lag } };
      sums.set(group, { group, lag: before.lag + lag, worst: lag > before.worst.lag ? { partition, lag } : before.worst });
    }
  }
  return [...sums.values()].sort((one, other) => other.worst.lag - one.worst.lag || (one.group < other.group ? -1 : 1));
}
