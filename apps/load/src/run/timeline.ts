import { Latencies } from '@agent-chat/load';
import { addUp, type Point, rounded } from './result';
import { type Second } from './second';

interface Slot {
  seconds: Second[];
  readonly ack: Latencies;
  readonly delivery: Latencies;
}

const HELD_SECONDS = 5;

/** The seconds of all processes, put together as they come in. */
export class Timeline {
  private readonly points: Point[] = [];
  private readonly slots = new Map<number, Slot>();

  constructor(private readonly parts: number) {}

  add(second: Second): void {
    const slot = this.slots.get(second.second) ?? { seconds: [], ack: Latencies.empty(), delivery: Latencies.empty() };
    this.slots.set(second.second, slot);
    slot.seconds.push(second);
    slot.ack.merge(Latencies.decode(second.ack));
    slot.delivery.merge(Latencies.decode(second.delivery));
    // One process may have died: the others' seconds are not kept waiting for it for ever.
    for (const [number, { seconds }] of this.slots) if (seconds.length >= this.parts || number < second.second - HELD_SECONDS) this.close(number);
  }

  /** The newest second that all processes have told of. */
  get last(): Point | undefined {
    return this.points.at(-1);
  }

  /** All of them, in order. */
  all(): readonly Point[] {
    for (const number of [...this.slots.keys()]) this.close(number);
    return [...this.points].sort((one, other) => one.second - other.second);
  }

  private close(number: number): void {
    const slot = this.slots.get(number);
    if (slot === undefined) return;
    this.slots.delete(number);
    this.points.push(pointOf(number, slot));
  }
}

function pointOf(second: number, { seconds, ack, delivery }: Slot): Point {
  const count = (pick: (one: Second) => number): number => seconds.reduce((total, one) => total + pick(one), 0);
  return {
    second,
    offered: count((one) => one.offered),
    done: count((one) => one.done),
    offeredPosts: count((one) => one.offeredPosts),
    donePosts: count((one) => one.donePosts),
    deliveries: count((one) => one.deliveries),
    connections: count((one) => one.connections),
    reconnects: count((one) => one.reconnects),
    lagMs: rounded(Math.max(...seconds.map((one) => one.lagMs))) ?? 0,
    errors: addUp(seconds.map((one) => one.errors)),
    ackP50: rounded(ack.at(0.5)),
    ackP99: rounded(ack.at(0.99)),
    deliveryP50: rounded(delivery.at(0.5)),
    deliveryP99: rounded(delivery.at(0.99)),
  };
}
