/** A job as its handler sees it. */
export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly data: unknown;
  /** 1 at the first try. */
  readonly attempt: number;
}

/** When and how often a job may lie in the queue. */
export interface JobOptions {
  /** At most one waiting or running job of this kind has this key; another is dropped. */
  readonly key?: string;
  /** Not before this instant. */
  readonly startAt?: Date;
}

/** What a process works on, and how. */
export interface JobKind {
  readonly kind: string;
  /** Runs at least once; a rejection retries with growing back-off, then the job goes to the dead letters. */
  readonly handler: (job: Job) => Promise<void>;
  /** Tries after the first. */
  readonly retries: number;
  /** How many run at once in this process. */
  readonly concurrency: number;
}

/** A job that failed at every try. `error` is the message of the last failure. */
export interface DeadJob extends Job {
  readonly failedAt: string;
  readonly error: string;
}

/** Where a page of dead jobs ended. */
export type DeadJobPlace = Pick<DeadJob, 'id' | 'failedAt'>;

/** Background jobs: at least once, retried with back-off, scheduled, dead-lettered. Handlers are idempotent. Data is JSON. */
export abstract class JobQueue {
  /** Declares a kind and starts working on it. Rejects with UNAVAILABLE; throws if this process works on it already. */
  abstract register(kind: JobKind): Promise<void>;

  /** Resolves with the job's id once it is stored, or `undefined` if its key is taken. Rejects with UNAVAILABLE. */
  abstract enqueue(kind: string, data: object, options?: JobOptions): Promise<string | undefined>;

  /** Enqueues the kind at each match of a five-field cron expression, UTC; calling it again replaces the schedule. Rejects with UNAVAILABLE. */
  abstract schedule(kind: string, cron: string, data: object): Promise<void>;

  /** The kinds that any process has enqueued since the queue was made, in no order. Rejects with UNAVAILABLE. */
  abstract kinds(): Promise<readonly string[]>;

  /** Jobs of a kind that failed for good, newest first (by millisecond, then by id), up to `limit`, those after `after`. Rejects with UNAVAILABLE. */
  abstract deadJobs(kind: string, limit: number, after?: DeadJobPlace): Promise<readonly DeadJob[]>;

  /** Makes a dead job wait again, with all its tries and without its key; resolves with whether it was dead. Rejects with UNAVAILABLE. */
  abstract replay(kind: string, id: string): Promise<boolean>;

  /** Forgets a dead job; resolves with whether it was dead. Rejects with UNAVAILABLE. */
  abstract discard(kind: string, id: string): Promise<boolean>;

  /** Waits for running jobs (up to 10 s), then stops. Safe to call twice. */
  abstract close(): Promise<void>;
}
