import { Injectable } from '@nestjs/common';

/** How long deliveries may hold the event loop, in milliseconds; half of what a room may (20 ms), since a last slice runs beyond it. */
const SLICE_MS = 10;
const WRITES_PER_STEP = 64;

/** Something with deliveries to make. */
export interface Deliverer {
  /** Makes at most `limit` of them; true while there are more now. */
  step(limit: number): boolean;
  /** Until then, by `performance.now()`, it rests: nothing is asked of it. */
  readonly restUntilMs?: number;
}

/** Writes what rooms have to deliver, in slices, so that one room with thousands of readers never holds the event loop. */
@Injectable()
export class DeliveryQueue {
  private readonly queue = new Set<Deliverer>();
  private readonly resting = new Set<Deliverer>();
  private scheduled = false;

  add(deliverer: Deliverer): void {
    const { restUntilMs = 0 } = deliverer;
    const restMs = restUntilMs === 0 ? 0 : restUntilMs - performance.now();
    if (restMs > 0) this.rest(deliverer, restMs);
    else this.queue.add(deliverer);
  }

  /** Delivers now what fits into a slice, the rest in the next turns of the event loop. */
  run(): void {
    if (this.scheduled) return;
    const until = performance.now() + SLICE_MS;
    for (const deliverer of this.queue) {
      // Rooms take turns: a busy one goes to the end.
      this.queue.delete(deliverer);
      if (deliverer.step(WRITES_PER_STEP)) this.add(deliverer);
      if (this.queue.size > 0 && performance.now() >= until) return this.goOnLater();
    }
  }

  private rest(deliverer: Deliverer, restMs: number): void {
    if (this.resting.has(deliverer)) return;
    this.resting.add(deliverer);
    setTimeout(() => {
      this.resting.delete(deliverer);
      this.add(deliverer);
      this.run();
    }, restMs).unref();
  }

  private goOnLater(): void {
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.run();
    });
  }
}
