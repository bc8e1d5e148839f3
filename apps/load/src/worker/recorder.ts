import { Latencies } from '@agent-chat/load';
import { type ActFigures, type Figures, type Second } from '../run/second';
import { type Act, ACTS } from '../scenario/scenario';

interface ActRecord {
  offered: number;
  done: number;
  readonly due: Latencies;
  readonly service: Latencies;
}

/** What one act came to: when it was due, when it was sent, when it ended; milliseconds on the shared clock. */
export interface Ended {
  readonly dueMs: number;
  readonly sentMs: number;
  readonly endMs: number;
}

/** Everything that a process measures: in all, and of the second under way. */
export class Recorder {
  resyncs = 0;
  repeated = 0;
  deliveries = 0;
  reconnects = 0;
  private readonly acts = Object.fromEntries(ACTS.map((act) => [act, { offered: 0, done: 0, due: Latencies.empty(), service: Latencies.empty() }])) as Record<
    Act,
    ActRecord
  >;
  private readonly delivery = Latencies.empty();
  private readonly ackToDelivery = Latencies.empty();
  private readonly errors: Record<string, number> = {};
  private readonly secondAck = Latencies.empty();
  private readonly secondDelivery = Latencies.empty();
  private second = emptySecond();

  get offered(): number {
    return ACTS.reduce((total, act) => total + this.acts[act].offered, 0);
  }

  /** An act has become due, and is begun at `nowMs`. */
  offer(act: Act, dueMs: number, nowMs: number): void {
    this.acts[act].offered++;
    this.second.offered++;
    if (act === 'post') this.second.offeredPosts++;
    this.second.lagMs = Math.max(this.second.lagMs, nowMs - dueMs);
  }

  done(act: Act, { dueMs, sentMs, endMs }: Ended): void {
    const record = this.acts[act];
    record.done++;
    record.due.add(endMs - dueMs);
    record.service.add(endMs - sentMs);
    this.second.done++;
    if (act !== 'post') return;
    this.second.donePosts++;
    this.secondAck.add(endMs - dueMs);
  }

  /** An act that was never done, and has waited that long. */
  waited(act: Act, ms: number): void {
    this.acts[act].due.add(ms);
  }

  fail(act: Act | 'connect', code: string): void {
    const name = `${act} ${code}`;
    this.errors[name] = (this.errors[name] ?? 0) + 1;
    this.second.errors[code] = (this.second.errors[code] ?? 0) + 1;
  }

  /** A post of this run has come to a reader, so long after it was due. */
  delivered(afterMs: number): void {
    this.deliveries++;
    this.second.deliveries++;
    this.delivery.add(afterMs);
    this.secondDelivery.add(afterMs);
  }

  deliveredAfterAck(ms: number): void {
    this.ackToDelivery.add(ms);
  }

  reconnected(): void {
    this.reconnects++;
    this.second.reconnects++;
  }

  /** The second that has ended; the next one begins. */
  cutSecond(second: number, connections: number): Second {
    const ended: Second = { ...this.second, second, connections, ack: this.secondAck.encoded(), delivery: this.secondDelivery.encoded() };
    this.second = emptySecond();
    this.secondAck.reset();
    this.secondDelivery.reset();
    return ended;
  }

  figures(unfinished: number): Figures {
    const acts = Object.fromEntries(
      ACTS.map((act): [Act, ActFigures] => {
        const { offered, done, due, service } = this.acts[act];
        return [act, { offered, done, due: due.encoded(), service: service.encoded() }];
      }),
    ) as Record<Act, ActFigures>;
    const { errors, deliveries, reconnects, resyncs, repeated } = this;
    return {
      acts,
      errors,
      delivery: this.delivery.encoded(),
      ackToDelivery: this.ackToDelivery.encoded(),
      deliveries,
      reconnects,
      resyncs,
      repeated,
      unfinished,
    };
  }
}

function emptySecond() {
  return { offered: 0, done: 0, offeredPosts: 0, donePosts: 0, deliveries: 0, reconnects: 0, lagMs: 0, errors: {} as Record<string, number> };
}
