import { type JobQueue } from '../job-queue.port';

/** What an adapter brings to the suite; everything in it belongs to one test. */
export interface JobQueueHarness {
  /** Two processes' views of one queue that holds nothing yet. */
  readonly queue: JobQueue;
  readonly elsewhere: JobQueue;
  /** Lets time pass for schedules: a fake clock is moved, otherwise it is waited for. */
  readonly elapse: (ms: number) => Promise<void>;
  /** Frees what is left when both are closed. */
  readonly dispose: () => Promise<void>;
}
