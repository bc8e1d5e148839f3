import { AppError, type Clock, newId } from '@agent-chat/kernel';
import { RedisConnection, type RedisObserver, type RedisSettings } from '@agent-chat/redis';
import type Queue from 'bull';
import { type DeadJob, type DeadJobPlace, type JobKind, type JobOptions, JobQueue } from '../../job-queue.port';
import { newestMatchMs } from '../../scheduled-match';
import { BullDeadJobs } from './bull-dead-jobs';
import { BullQueues, GROWING } from './bull-queues';
import { BullSchedules } from './bull-schedules';
import { BullWorker } from './bull-worker';

export interface BullJobQueueOptions {
  readonly settings: RedisSettings;
  readonly clock: Clock;
  readonly scheduleIntervalMs?: number;
  /** A job whose worker was not heard of for this long counts as stalled and runs again. */
  readonly lockDurationMs?: number;
  readonly stalledIntervalMs?: number;
  /** How long `close` waits for running jobs before it gives them back. */
  readonly closeGraceMs?: number;
  /** What went wrong beside any call. */
  readonly onError?: (error: unknown) => void;
  /** Told of each job that this process lays to the dead letters. */
  readonly onDead?: (kind: string) => void;
  readonly onCommand?: RedisObserver;
}

const DEFAULTS = {
  scheduleIntervalMs: 15_000,
  lockDurationMs: 30_000,
  stalledIntervalMs: 15_000,
  closeGraceMs: 10_000,
  onError: (): void => undefined,
  onDead: (): void => undefined,
  onCommand: (): void => undefined,
};
const DAY_SECONDS = 24 * 3_600;
/** Finished jobs are kept for as long as a late process might schedule them again, failed ones as dead letters; both in bounds. */
const KEPT = { removeOnComplete: { age: 3_600, count: 1_000 }, removeOnFail: { age: 30 * DAY_SECONDS, count: 10_000 } };
/** The worker ends the tries of a job: only it knows how many its kind has. */
const NO_LIMIT = 1_000_000;

/**
 * A job queue in Redis, by Bull: one queue a kind. Jobs that failed for good stay in Bull's set of failed ones: those are the dead letters.
 * The Redis must not evict (`maxmemory-policy noeviction`) and should persist.
 */
export class BullJobQueue extends JobQueue {
  private readonly workers = new Map<string, BullWorker>();
  private readonly schedules: BullSchedules;
  private readonly dead: BullDeadJobs;
  private readonly kindsKey: string;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly connection: RedisConnection,
    private readonly queues: BullQueues,
    private readonly options: Required<BullJobQueueOptions>,
  ) {
    super();
    const { clock, scheduleIntervalMs: intervalMs, onError } = options;
    this.dead = new BullDeadJobs(connection, queues);
    this.kindsKey = connection.key('jobs', 'kinds');
    const add = async (kind: string, data: unknown, jobId: string): Promise<void> => {
      await this.add(kind, data, { jobId });
    };
    this.schedules = new BullSchedules({ connection, clock, intervalMs, add, onError });
  }

  /** Resolves also while Redis is away. */
  static async open(given: BullJobQueueOptions): Promise<BullJobQueue> {
    const options = { ...DEFAULTS, ...given };
    const { settings, onCommand, onError, ...times } = options;
    const connection = await RedisConnection.open(settings, onCommand);
    return new BullJobQueue(connection, await BullQueues.open(connection, settings, times, onError), options);
  }

  /** Resolves if Redis answers; rejects with UNAVAILABLE. */
  async ping(): Promise<void> {
    await this.connection.ping();
  }

  override async register(kind: JobKind): Promise<void> {
    this.refuseIfClosed();
    const queue = await this.queues.worker(kind.kind);
    this.refuseIfClosed();
    if (this.workers.has(kind.kind)) throw new Error(`This process works on ${kind.kind} already`);
    this.workers.set(kind.kind, new BullWorker(queue, kind, this.options));
  }

  override async enqueue(kind: string, data: object, { key, startAt }: JobOptions = {}): Promise<string | undefined> {
    this.refuseIfClosed();
    const jobId = newId<string>();
    const stored = await this.add(kind, data, {
      jobId,
      ...(startAt === undefined ? {} : { delay: Math.max(0, startAt.getTime() - this.options.clock.nowMs()) }),
      // Holds until the job has ended, however it does. Answered with the job that has the key.
      ...(key === undefined ? {} : { debounce: { id: key } }),
    });
    return stored === jobId ? jobId : undefined;
  }

  override async schedule(kind: string, cron: string, data: object): Promise<void> {
    this.refuseIfClosed();
    newestMatchMs(cron, this.options.clock.nowMs());
    await this.schedules.set(kind, cron, data);
  }

  override async kinds(): Promise<readonly string[]> {
    this.refuseIfClosed();
    return this.connection.run((client) => client.smembers(this.kindsKey));
  }

  override async deadJobs(kind: string, limit: number, after?: DeadJobPlace): Promise<readonly DeadJob[]> {
    this.refuseIfClosed();
    return this.dead.list(kind, limit, after);
  }

  override async replay(kind: string, id: string): Promise<boolean> {
    this.refuseIfClosed();
    return this.dead.revive(kind, id);
  }

  override async discard(kind: string, id: string): Promise<boolean> {
    this.refuseIfClosed();
    return this.dead.forget(kind, id);
  }

  override close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    await this.schedules.stop();
    await Promise.all([...this.workers.values()].map((worker) => worker.stop(this.options.closeGraceMs)));
    await this.queues.close();
  }

  /** Answers the id under which the job lies, which is another's if that has its key. */
  private async add(kind: string, data: unknown, options: Queue.JobOptions): Promise<string> {
    const queue = await this.queues.sender(kind);
    const [job] = await this.connection.run((client) =>
      Promise.all([
        queue.add(data, { attempts: NO_LIMIT, backoff: { type: GROWING }, ...KEPT, ...options }),
        // Each time: the server may have lost it.
        client.sadd(this.kindsKey, kind),
      ]),
    );
    return String(job.id);
  }

  private refuseIfClosed(): void {
    if (this.closing) throw new AppError('UNAVAILABLE', { detail: 'The job queue is closed' });
  }
}
