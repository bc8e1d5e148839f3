import { assignPartitions, decodeAssignment, decodeClaim, encodeAssignment, encodeClaim } from '@agent-chat/event-log/adapters/kafka';
import { type FakeClock } from '@agent-chat/testing';

/** As the adapter is configured unless told otherwise. */
const HEARTBEAT_MS = 1_000;
const SESSION_MS = 6_000;
const TOPIC = 'chat.commands.v1';
const MOST_GENERATIONS = 20;

interface Member {
  generation: number;
  owned: readonly number[];
}

/** What a change of members led to. */
export interface Rebalance {
  readonly generations: number;
  /** Partitions that have another owner than before. */
  readonly moved: number;
  /** The longest that any of them had none, by the group's own clock: heartbeats, and the session of who died. */
  readonly longestUnownedMs: number;
  /** What the leader of a generation computed for, at most, in real milliseconds. */
  readonly leaderMs: number;
  /** Of all members' claims and shares in one generation, at most. */
  readonly wireBytes: number;
}

/**
 * A consumer group whose members share partitions out by the code that the Kafka adapter runs, claims and shares in their encoding; only brokers and network are
 * left out. Throws as soon as a partition would have two owners.
 */
export class SimulatedGroup {
  private readonly members = new Map<string, Member>();
  private readonly unownedSince: number[];
  private readonly owners: (string | undefined)[];
  private generation = 0;

  constructor(
    readonly partitions: number,
    private readonly clock: FakeClock,
  ) {
    this.owners = new Array<string | undefined>(partitions).fill(undefined);
    this.unownedSince = new Array<number>(partitions).fill(clock.nowMs());
  }

  get ownerOf(): readonly (string | undefined)[] {
    return this.owners;
  }

  get size(): number {
    return this.members.size;
  }

  names(): string[] {
    return [...this.members.keys()];
  }

  /** The members' shares, the largest first. */
  shares(): number[] {
    return [...this.members.values()].map(({ owned }) => owned.length).sort((one, other) => other - one);
  }

  join(names: readonly string[]): Rebalance {
    return this.during(() => {
      for (const name of names) this.members.set(name, { generation: -1, owned: [] });
    });
  }

  /** They let go what they hold, and say so. */
  leave(names: readonly string[]): Rebalance {
    return this.during(() => this.remove(names));
  }

  /** Nobody hears of them any more: the group waits for their sessions to end. */
  die(names: readonly string[]): Rebalance {
    return this.during(() => {
      this.remove(names);
      this.clock.advance(SESSION_MS);
    });
  }

  private remove(names: readonly string[]): void {
    for (const name of names) {
      for (const partition of this.members.get(name)?.owned ?? []) this.release(partition);
      this.members.delete(name);
    }
  }

  private during(change: () => void): Rebalance {
    const before = [...this.owners];
    change();
    const told = { generations: 0, longestUnownedMs: 0, leaderMs: 0, wireBytes: 0 };
    for (let isSettled = false; !isSettled && this.members.size > 0;) {
      if (++told.generations > MOST_GENERATIONS) throw new Error('The group does not come to rest');
      // Whoever has let something go joins again, and the others hear of it by their next heartbeat.
      this.clock.advance(HEARTBEAT_MS);
      const startedMs = performance.now();
      const { shares, bytes } = this.shareOut();
      told.leaderMs = Math.max(told.leaderMs, performance.now() - startedMs);
      told.wireBytes = Math.max(told.wireBytes, bytes);
      const { letGo, waitedMs } = this.settle(shares);
      told.longestUnownedMs = Math.max(told.longestUnownedMs, waitedMs);
      isSettled = letGo === 0;
    }
    return { ...told, moved: before.filter((owner, partition) => owner !== this.owners[partition]).length };
  }

  /** What the leader of a generation does with the claims of all. */
  private shareOut(): { shares: Map<string, readonly number[]>; bytes: number } {
    this.generation += 1;
    let bytes = 0;
    const claims = [...this.members].map(([memberId, { generation, owned }]) => {
      const metadata = encodeClaim(TOPIC, { generation, owned, stopping: false });
      bytes += metadata.length;
      return decodeClaim(memberId, metadata);
    });
    const shares = new Map<string, readonly number[]>();
    for (const [memberId, partitions] of assignPartitions(claims, this.partitions)) {
      const assignment = encodeAssignment(TOPIC, partitions);
      bytes += assignment.length;
      shares.set(memberId, decodeAssignment(TOPIC, assignment));
    }
    return { shares, bytes };
  }

  /** Each takes what it was given, and lets go what it was not. */
  private settle(shares: ReadonlyMap<string, readonly number[]>): { letGo: number; waitedMs: number } {
    let [letGo, waitedMs] = [0, 0];
    for (const [name, member] of this.members) {
      const given = new Set(shares.get(name));
      for (const partition of given) waitedMs = Math.max(waitedMs, this.take(partition, name));
      const gone = member.owned.filter((partition) => !given.has(partition));
      for (const partition of gone) this.release(partition);
      letGo += gone.length;
      Object.assign(member, { generation: this.generation, owned: [...given] });
    }
    return { letGo, waitedMs };
  }

  /** For how long it had no owner. */
  private take(partition: number, name: string): number {
    const owner = this.owners[partition];
    if (owner === name) return 0;
    if (owner !== undefined) throw new Error(`Partition ${String(partition)} was given to ${name} while ${owner} has it`);
    this.owners[partition] = name;
    return this.clock.nowMs() - (this.unownedSince[partition] ?? 0);
  }

  private release(partition: number): void {
    this.owners[partition] = undefined;
    this.unownedSince[partition] = this.clock.nowMs();
  }
}
