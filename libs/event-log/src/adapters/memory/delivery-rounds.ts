import { AsyncResource } from 'node:async_hooks';

/** Something that has work when it is woken. */
export interface Deliverable {
  deliver(): void;
}

/**
 * Runs everything that was woken since the last round in one macrotask: a batch is what waits by then, and an idle log
 * holds no timer.
 */
export class DeliveryRounds {
  private readonly woken = new Set<Deliverable>();
  private scheduled = false;
  /** Deliveries belong to nobody's request: who happened to append first lends them neither its log context nor its life. */
  private readonly scope = new AsyncResource('EventLogDelivery');

  wake(deliverable: Deliverable): void {
    this.woken.add(deliverable);
    if (this.scheduled) return;
    this.scheduled = true;
    this.scope.runInAsyncScope(setImmediate, undefined, () => {
      this.run();
    });
  }

  private run(): void {
    this.scheduled = false;
    const now = [...this.woken];
    this.woken.clear();
    for (const deliverable of now) deliverable.deliver();
  }
}
