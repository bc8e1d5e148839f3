import { newId, partitionOf, type RoomId } from '@agent-chat/kernel';
import { seededRandom, shuffled } from '@agent-chat/load';
import { FakeClock } from '@agent-chat/testing';
import { SimulatedFanOut, type Deliveries } from './simulated-fan-out';
import { SimulatedGroup, type Rebalance } from './simulated-group';

export interface SimulationPlan {
  /** Gateways and chat processes together. */
  readonly nodes: number;
  readonly partitions: number;
  readonly rooms: number;
  /** People in a room who are connected, each to a gateway of chance. */
  readonly members: number;
  readonly messages: number;
  readonly seed: number;
}

/** One thing that happened, and what it led to. */
export interface Step extends Rebalance {
  readonly what: string;
  readonly chats: number;
  /** The largest share of partitions beside the mean. */
  readonly partitionsBalance: number;
  /** The busiest owner's share of all rooms beside the mean. */
  readonly roomsBalance: number;
}

export interface SimulationResult {
  readonly plan: SimulationPlan;
  readonly chats: number;
  readonly gateways: number;
  readonly steps: readonly Step[];
  readonly fanOut: { readonly before: Deliveries; readonly afterLoss: Deliveries; readonly forgotten: boolean };
  readonly memoryMb: number;
  readonly seconds: number;
}

const CHAT_SHARE = 0.4;
const RACKS = 10;
const ROLLED_AT_ONCE = 20;
const BATCH = 50;

/** Sums of the single rebalances of a roll-out; what was longest or largest stays that. */
function together(rebalances: readonly Rebalance[]): Rebalance {
  const most = (pick: (rebalance: Rebalance) => number): number => Math.max(...rebalances.map(pick));
  const sum = (pick: (rebalance: Rebalance) => number): number => rebalances.reduce((total, rebalance) => total + pick(rebalance), 0);
  return {
    generations: sum(({ generations }) => generations),
    moved: sum(({ moved }) => moved),
    longestUnownedMs: most(({ longestUnownedMs }) => longestUnownedMs),
    leaderMs: most(({ leaderMs }) => leaderMs),
    wireBytes: most(({ wireBytes }) => wireBytes),
  };
}

class Simulation {
  private readonly clock = new FakeClock();
  private readonly random: () => number;
  private readonly group: SimulatedGroup;
  private readonly fanOut: SimulatedFanOut;
  private readonly rooms: readonly RoomId[];
  private readonly steps: Step[] = [];
  private readonly chats: number;
  private born = 0;

  constructor(private readonly plan: SimulationPlan) {
    this.random = seededRandom(plan.seed);
    this.chats = Math.max(2, Math.round(plan.nodes * CHAT_SHARE));
    this.group = new SimulatedGroup(plan.partitions, this.clock);
    this.fanOut = new SimulatedFanOut(plan.partitions, this.clock);
    this.rooms = Array.from({ length: plan.rooms }, () => newId<RoomId>());
  }

  async run(): Promise<SimulationResult> {
    const { plan, chats, group, fanOut } = this;
    const startedMs = performance.now();
    const gateways = Math.max(2, plan.nodes - chats);
    try {
      this.note(`${String(chats)} chat processes start`, group.join(this.newNames(chats)));
      await this.connectPeople(gateways);
      const before = await fanOut.post(this.drawn(plan.messages), BATCH);
      this.note('a tenth more join', group.join(this.newNames(Math.ceil(chats / RACKS))));
      this.note('they leave again, as they should', group.leave(group.names().slice(chats)));
      const { afterLoss, forgotten } = await this.loseRack();
      this.note('the rack comes back', group.join(this.newNames(chats - group.size)));
      this.rollOut();
      const memoryMb = process.memoryUsage().rss / 2 ** 20;
      return { plan, chats, gateways, steps: this.steps, fanOut: { before, afterLoss, forgotten }, memoryMb, seconds: (performance.now() - startedMs) / 1_000 };
    } finally {
      await fanOut.close();
    }
  }

  private async connectPeople(gateways: number): Promise<void> {
    const { fanOut, group, plan, rooms } = this;
    await fanOut.addGateways(gateways);
    await fanOut.own(group.ownerOf.map((_, partition) => partition));
    for (const roomId of rooms) {
      const readers = Array.from({ length: plan.members }, () => fanOut.gateways[Math.floor(this.random() * gateways)]);
      await fanOut.open(
        roomId,
        readers.filter((gateway) => gateway !== undefined),
      );
    }
  }

  /** A tenth of both kinds is gone at once; what they owned is owned elsewhere, and everybody else gets everything. */
  private async loseRack(): Promise<{ afterLoss: Deliveries; forgotten: boolean }> {
    const { fanOut, group, plan } = this;
    const before = [...group.ownerOf];
    this.note('a tenth dies', group.die(group.names().slice(0, Math.ceil(group.size / RACKS))));
    const left = await fanOut.lose(fanOut.gateways.slice(0, Math.ceil(fanOut.gateways.length / RACKS)));
    await fanOut.own(before.flatMap((owner, partition) => (owner === group.ownerOf[partition] ? [] : [partition])));
    return { afterLoss: await fanOut.post(this.drawn(plan.messages), BATCH), forgotten: left === 0 };
  }

  /** Each leaves and is there again as somebody new, a twentieth at a time. */
  private rollOut(): void {
    const { group } = this;
    const old = group.names();
    const atOnce = Math.max(1, Math.floor(old.length / ROLLED_AT_ONCE));
    const rebalances: Rebalance[] = [];
    for (let from = 0; from < old.length; from += atOnce) {
      const some = old.slice(from, from + atOnce);
      rebalances.push(group.leave(some), group.join(this.newNames(some.length)));
    }
    this.note(`all are restarted, ${String(atOnce)} at a time`, together(rebalances));
  }

  private note(what: string, rebalance: Rebalance): void {
    const { group, plan, rooms } = this;
    if (group.ownerOf.includes(undefined)) throw new Error(`After "${what}" a partition has no owner`);
    const roomsOf = new Map<string, number>();
    for (const roomId of rooms) {
      const owner = group.ownerOf[partitionOf(roomId, plan.partitions)] ?? '';
      roomsOf.set(owner, (roomsOf.get(owner) ?? 0) + 1);
    }
    const meanOf = (total: number): number => total / group.size;
    this.steps.push({
      ...{ what, chats: group.size, ...rebalance },
      partitionsBalance: (group.shares()[0] ?? 0) / meanOf(plan.partitions),
      roomsBalance: Math.max(...roomsOf.values()) / meanOf(rooms.length),
    });
  }

  private drawn(count: number): RoomId[] {
    const order = shuffled(this.rooms.length, this.random);
    return Array.from({ length: count }, (_, index) => this.rooms[order[index % order.length] ?? 0]).filter((roomId) => roomId !== undefined);
  }

  private newNames(count: number): string[] {
    return Array.from({ length: count }, () => `chat-${String(++this.born)}`);
  }
}

/** Runs a cluster of so many nodes through a day of changes; throws if a partition is ever owned twice, or stays without an owner. */
export function simulate(plan: SimulationPlan): Promise<SimulationResult> {
  return new Simulation(plan).run();
}
