import { AppError, type Clock } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import PgBoss from 'pg-boss';
import { type DeadJob, type DeadJobPlace, type JobKind, type JobOptions, JobQueue } from '../../job-queue.port';
import { JOB_SCHEMA, JobDatabase, reach } from './job-database';
import { newestMatchMs } from '../../scheduled-match';
import { JobSchedules } from './job-schedules';
import { JobWorker } from './job-worker';

export interface PgBossJobQueueOptions {
  /** The database to keep jobs in, in a schema of their own, which is made as needed. */
  readonly connectionString: string;
  readonly clock: Clock;
  /** How often to look for jobs that other processes enqueued or whose time has come. */
  readonly pollIntervalMs?: number;
  readonly scheduleIntervalMs?: number;
  readonly poolSize?: number;
  /** How long `close` waits for running jobs before it gives them back. */
  readonly closeGraceMs?: number;
  /** Told of each job that this process lays to the dead letters. */
  readonly onDead?: (kind: string) => void;
}

const DEFAULTS = { pollIntervalMs: 500, scheduleIntervalMs: 15_000, poolSize: 4, closeGraceMs: 10_000, onDead: (): void => undefined };
/** A job that runs longer counts as lost and runs again. */
const EXPIRE_IN_SECONDS = 15 * 60;
const MAINTENANCE_INTERVAL_SECONDS = 60;
const KEEP_FAILED_SECONDS = 30 * 24 * 3_600;
/** Where a kind that nobody has registered yet starts; `register` says what holds. */
const DEFAULT_RETRIES = 5;
/** Before the first retry at most twice this, then doubling (pg-boss adds jitter). */
const RETRY_DELAY_SECONDS = 1;

/** A job queue in Postgres, by pg-boss. A job that failed for good stays in the table as `failed` for 30 days: those are the dead letters. */
export class PgBossJobQueue extends JobQueue {
  private readonly workers = new Map<string, JobWorker>();
  private readonly queues = new Map<string, Promise<void>>();
  private readonly schedules: JobSchedules;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly boss: PgBoss,
    private readonly database: JobDatabase,
    private readonly options: Required<PgBossJobQueueOptions>,
  ) {
    super();
    this.schedules = new JobSchedules(boss, options.clock, options.scheduleIntervalMs, (kind) => this.workers.get(kind)?.wake());
  }

  /** Makes the schema if it isn't there, and starts. Rejects with UNAVAILABLE. */
  static async open(given: PgBossJobQueueOptions): Promise<PgBossJobQueue> {
    const options = { ...DEFAULTS, ...given };
    const logger = new Logger('PgBossJobQueue');
    const database = new JobDatabase(options.connectionString, options.poolSize);
    const boss = new PgBoss({
      db: database,
      schema: JOB_SCHEMA,
      schedule: false,
      maintenanceIntervalSeconds: MAINTENANCE_INTERVAL_SECONDS,
      archiveFailedAfterSeconds: KEEP_FAILED_SECONDS,
    });
    boss.on('error', (error) => {
      logger.warn(`Maintenance failed and is tried again: ${error.message}`);
    });
    try {
      await reach(() => boss.start());
      await reach(() => database.exclusively(() => database.ensureKeyIndex()));
    } catch (error) {
      await boss.stop({ graceful: false });
      await database.close();
      throw error;
    }
    return new PgBossJobQueue(boss, database, options);
  }

  override async register(kind: JobKind): Promise<void> {
    this.refuseIfClosed();
    if (this.workers.has(kind.kind)) throw new Error(`This process works on ${kind.kind} already`);
    await this.queue(kind.kind);
    await reach(() => this.boss.updateQueue(kind.kind, queueOptions(kind.kind, kind.retries)));
    this.workers.set(kind.kind, new JobWorker(this.boss, kind, this.options.pollIntervalMs, this.options.onDead));
  }

  override async enqueue(kind: string, data: object, { key, startAt }: JobOptions = {}): Promise<string | undefined> {
    this.refuseIfClosed();
    await this.queue(kind);
    const options = { ...(key === undefined ? {} : { singletonKey: key }), ...(startAt === undefined ? {} : { startAfter: startAt }) };
    const id = await reach(() => this.boss.send(kind, { value: data }, options));
    if (id === null && key === undefined) throw new AppError('UNAVAILABLE', { detail: `There is no queue of ${kind}` });
    this.workers.get(kind)?.wake();
    return id ?? undefined;
  }

  override async schedule(kind: string, cron: string, data: object): Promise<void> {
    this.refuseIfClosed();
    newestMatchMs(cron, this.options.clock.nowMs());
    await this.queue(kind);
    await reach(() => this.schedules.set(kind, cron, { value: data }));
  }

  override async kinds(): Promise<readonly string[]> {
    this.refuseIfClosed();
    return reach(() => this.database.kinds());
  }

  override async deadJobs(kind: string, limit: number, after?: DeadJobPlace): Promise<readonly DeadJob[]> {
    this.refuseIfClosed();
    const rows = await reach(() => this.database.failed(kind, limit, after));
    return rows.map((row) => ({
      id: row.id,
      kind,
      data: row.data.value,
      attempt: row.retry_count + 1,
      failedAt: row.completed_on.toISOString(),
      error: row.output?.message ?? row.output?.value?.message ?? 'unknown',
    }));
  }

  override async replay(kind: string, id: string): Promise<boolean> {
    this.refuseIfClosed();
    const wasDead = await reach(() => this.database.revive(kind, id));
    if (wasDead) this.workers.get(kind)?.wake();
    return wasDead;
  }

  override async discard(kind: string, id: string): Promise<boolean> {
    this.refuseIfClosed();
    return reach(() => this.database.forget(kind, id));
  }

  override close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    await this.schedules.stop();
    await Promise.all([...this.workers.values()].map((worker) => worker.stop(this.options.closeGraceMs)));
    await this.boss.stop({ graceful: false });
    await this.database.close();
  }

  /** Makes the queue of a kind, once. */
  private async queue(kind: string): Promise<void> {
    let made = this.queues.get(kind);
    if (!made) {
      made = reach(() => this.database.exclusively(() => this.boss.createQueue(kind, queueOptions(kind, DEFAULT_RETRIES))));
      this.queues.set(kind, made);
    }
    try {
      await made;
    } catch (error) {
      if (this.queues.get(kind) === made) this.queues.delete(kind);
      throw error;
    }
  }

  private refuseIfClosed(): void {
    if (this.closing) throw new AppError('UNAVAILABLE', { detail: 'The job queue is closed' });
  }
}

function queueOptions(name: string, retries: number): PgBoss.Queue {
  return { name, policy: 'standard', retryLimit: retries, retryDelay: RETRY_DELAY_SECONDS, retryBackoff: true, expireInSeconds: EXPIRE_IN_SECONDS };
}
