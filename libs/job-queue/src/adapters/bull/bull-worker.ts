import { setTimeout as delay } from 'node:timers/promises';
import type Queue from 'bull';
import { type JobKind } from '../../job-queue.port';

/** Works on one kind of job. How often one is tried is the kind's matter, so it is decided here and not where the job was enqueued. */
export class BullWorker {
  private readonly running = new Map<string, Queue.Job>();

  constructor(
    private readonly queue: Queue.Queue,
    private readonly kind: JobKind,
    private readonly hooks: { readonly onError: (error: unknown) => void; readonly onDead: (kind: string) => void },
  ) {
    // Begins when Redis is there, and ends with the queue.
    this.queue.process(kind.concurrency, (job) => this.run(job)).catch(hooks.onError);
  }

  /** Takes no further job, waits for the running ones, and gives back those that don't end in time, as failed tries. */
  async stop(graceMs: number): Promise<void> {
    const patience = new AbortController();
    const closed = this.queue.close().catch(this.hooks.onError);
    const ended = closed.then(() => patience.abort());
    await Promise.race([ended, delay(graceMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
    await Promise.all([...this.running.values()].map((job) => this.giveBack(job)));
    // Bull clears them only after the last job, which may never end.
    await (this.queue as unknown as { _clearTimers(): Promise<void> })._clearTimers();
  }

  private async run(job: Queue.Job): Promise<void> {
    const attempt = job.attemptsMade + 1;
    this.running.set(String(job.id), job);
    try {
      await this.kind.handler({ id: String(job.id), kind: this.kind.kind, data: job.data, attempt });
    } catch (error) {
      if (attempt > this.kind.retries) {
        await job.discard();
        this.hooks.onDead(this.kind.kind);
      }
      throw error instanceof Error ? error : new Error(String(error));
    } finally {
      this.running.delete(String(job.id));
    }
  }

  private async giveBack(job: Queue.Job): Promise<void> {
    // Otherwise it runs again all the same, when it counts as stalled.
    const patience = delay(GIVE_BACK_MS, undefined, { ref: false });
    await Promise.race([job.moveToFailed(new Error('Its process stopped before it ended'), true).catch(this.hooks.onError), patience]);
  }
}

const GIVE_BACK_MS = 1_000;
