import { type Job, type JobKind, type JobQueue } from '../job-queue.port';

/** The kind that the cases work on. */
export const KIND = 'media.process';

/** Works on the kind and keeps what it gets. */
export async function workOn(queue: JobQueue, handler: JobKind['handler'] = () => Promise.resolve(), kind: Partial<JobKind> = {}): Promise<Job[]> {
  const jobs: Job[] = [];
  await queue.register({
    kind: KIND,
    retries: 1,
    concurrency: 2,
    ...kind,
    handler: (job) => {
      jobs.push(job);
      return handler(job);
    },
  });
  return jobs;
}
