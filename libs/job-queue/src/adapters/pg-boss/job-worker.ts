import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type PgBoss from 'pg-boss';
import { type JobKind } from '../../job-queue.port';
import { type StoredData } from './stored-data';

/** How often the outcome of a job is tried to be stored; in between 0.2 s, doubling. */
const SETTLE_TRIES = 6;
const FIRST_SETTLE_DELAY_MS = 200;

type StoredJob = PgBoss.JobWithMetadata<StoredData>;

/**
 * Works on one kind of job. Not pg-boss's own `work()`: that leaves the storing of outcomes unawaited, so that a database
 * which is away for a moment would end the process by an unhandled rejection, and it finishes a whole batch before the next.
 */
export class JobWorker {
  private readonly logger = new Logger('PgBossJobQueue');
  private readonly running = new Map<string, Promise<void>>();
  private readonly loop: Promise<void>;
  private stopping = false;
  private woken = false;
  private endRest: (() => void) | undefined;

  constructor(
    private readonly boss: PgBoss,
    private readonly kind: JobKind,
    private readonly pollIntervalMs: number,
    private readonly onDead: (kind: string) => void,
  ) {
    this.loop = this.work();
  }

  /** There may be a job: look at once. */
  wake(): void {
    this.woken = true;
    this.endRest?.();
  }

  /** Takes no further job, waits for the running ones, and gives back those that don't end in time. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.loop;
    const patience = new AbortController();
    const ended = Promise.all(this.running.values()).then(() => {
      patience.abort();
    });
    await Promise.race([ended, delay(graceMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
    const unfinished = [...this.running.keys()];
    if (unfinished.length > 0) await this.boss.fail(this.kind.kind, unfinished).catch((error: unknown) => this.complain(error, unfinished));
  }

  private async work(): Promise<void> {
    while (!this.stopping) {
      this.woken = false;
      const free = this.kind.concurrency - this.running.size;
      const jobs = free > 0 ? await this.fetch(free) : [];
      for (const job of jobs) this.running.set(job.id, this.run(job));
      if (jobs.length === 0 || jobs.length < free) await this.rest();
    }
  }

  /** Nothing when the database can't be reached: the next look comes soon. */
  private async fetch(count: number): Promise<StoredJob[]> {
    try {
      const jobs = await this.boss.fetch<StoredData>(this.kind.kind, { batchSize: count, includeMetadata: true });
      // The oldest are chosen, but come in any order.
      return jobs.sort((one, other) => one.createdOn.getTime() - other.createdOn.getTime());
    } catch (error) {
      this.complain(error, []);
      return [];
    }
  }

  private rest(): Promise<void> {
    if (this.woken || this.stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.pollIntervalMs);
      this.endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Never rejects. */
  private async run(job: StoredJob): Promise<void> {
    const { kind, handler } = this.kind;
    try {
      await handler({ id: job.id, kind, data: job.data.value, attempt: job.retryCount + 1 });
      await this.settle(job.id, () => this.boss.complete(kind, job.id));
    } catch (error) {
      this.logger.warn({ err: error }, `Job ${job.id} of ${kind} failed at try ${String(job.retryCount + 1)} of ${String(job.retryLimit + 1)}`);
      const message = error instanceof Error ? error.message : String(error);
      await this.settle(job.id, () => this.boss.fail(kind, job.id, { message }));
      if (job.retryCount >= job.retryLimit) this.onDead(kind);
    }
    this.running.delete(job.id);
    this.wake();
  }

  /** A job whose outcome can't be stored counts as running until it expires, and then runs again. Never rejects. */
  private async settle(id: string, store: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await store();
        return;
      } catch (error) {
        if (tries === SETTLE_TRIES || this.stopping) {
          this.complain(error, [id]);
          return;
        }
        await delay(FIRST_SETTLE_DELAY_MS * 2 ** (tries - 1));
      }
    }
  }

  private complain(error: unknown, ids: readonly string[]): void {
    this.logger.error({ err: error }, `The queue of ${this.kind.kind} cannot be reached (${ids.join(', ')})`);
  }
}
