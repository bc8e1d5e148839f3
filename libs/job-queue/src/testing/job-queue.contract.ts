import { deferred, eventually } from '@agent-chat/testing';
import { type Job, type JobKind, type JobQueue } from '../job-queue.port';
import { describeDeadJobs } from './dead-jobs.contract';
import { type JobQueueHarness } from './job-queue-harness';
import { KIND, workOn } from './work-on';

/** What every `JobQueue` keeps, whatever carries it. */
export function describeJobQueueContract(name: string, open: () => Promise<JobQueueHarness>): void {
  describe(`${name} as a job queue`, () => {
    let harness: JobQueueHarness;
    let queue: JobQueue;

    beforeEach(async () => {
      harness = await open();
      ({ queue } = harness);
    });

    afterEach(async () => {
      await Promise.all([queue.close(), harness.elsewhere.close()]);
      await harness.dispose();
    });

    const work = (handler?: JobKind['handler'], kind?: Partial<JobKind>): Promise<Job[]> => workOn(queue, handler, kind);

    it('runs a job with its data, once', async () => {
      const jobs = await work();
      const id = await queue.enqueue(KIND, { file: 'a', at: new Date(0), gone: undefined, list: [1, null] });
      const other = await queue.enqueue(KIND, ['b']);
      await eventually(() => {
        expect(jobs).toHaveLength(2);
      });
      expect(jobs).toEqual(
        expect.arrayContaining([
          { id, kind: KIND, data: { file: 'a', at: '1970-01-01T00:00:00.000Z', list: [1, null] }, attempt: 1 },
          { id: other, kind: KIND, data: ['b'], attempt: 1 },
        ]),
      );
    });

    it('runs what was enqueued before anybody worked on the kind, and by another process', async () => {
      await harness.elsewhere.enqueue(KIND, { n: 1 });
      const jobs = await work();
      await harness.elsewhere.enqueue(KIND, { n: 2 });
      await eventually(() => {
        expect(jobs).toHaveLength(2);
      });
      expect(jobs.map((job) => job.data)).toEqual(expect.arrayContaining([{ n: 1 }, { n: 2 }]));
    });

    it('runs each job in one process only, when several work on the kind', async () => {
      const seen: unknown[] = [];
      const register = (target: JobQueue): Promise<void> => {
        return target.register({
          kind: KIND,
          retries: 0,
          concurrency: 4,
          handler: (job) => {
            seen.push(job.data);
            return Promise.resolve();
          },
        });
      };
      await Promise.all([register(queue), register(harness.elsewhere)]);
      await Promise.all(Array.from({ length: 40 }, (_, n) => queue.enqueue(KIND, { n })));
      await eventually(() => {
        expect(new Set(seen.map((data) => (data as { n: number }).n)).size).toBe(40);
      });
      expect(seen).toHaveLength(40);
    });

    it('runs no more at once than the kind allows', async () => {
      const release = deferred();
      const jobs = await work(() => release.promise, { concurrency: 3 });
      await Promise.all(Array.from({ length: 7 }, (_, n) => queue.enqueue(KIND, { n })));
      await eventually(() => {
        expect(jobs).toHaveLength(3);
      });
      // The fourth gets its chance: another job, of another process, is done meanwhile.
      const done = deferred();
      const finish = (): Promise<void> => {
        done.resolve();
        return done.promise;
      };
      await harness.elsewhere.register({ kind: 'other', retries: 0, concurrency: 1, handler: finish });
      await harness.elsewhere.enqueue('other', {});
      await done.promise;
      expect(jobs).toHaveLength(3);
      release.resolve();
      await eventually(() => {
        expect(jobs).toHaveLength(7);
      });
    });

    it('retries a failed job with a back-off, and does not call it dead when it succeeds', async () => {
      const times: number[] = [];
      const jobs = await work(() => {
        times.push(performance.now());
        return times.length === 1 ? Promise.reject(new Error('not yet')) : Promise.resolve();
      });
      const id = await queue.enqueue(KIND, { n: 1 });
      await eventually(
        () => {
          expect(jobs).toMatchObject([
            { id, attempt: 1 },
            { id, attempt: 2 },
          ]);
        },
        { timeoutMs: 15_000 },
      );
      expect(times[1]! - times[0]!).toBeGreaterThan(400);
      await expect(queue.deadJobs(KIND, 10)).resolves.toEqual([]);
    });

    it('lays a job that failed at every try to the dead letters, newest first', async () => {
      const jobs = await work((job) => Promise.reject(new Error(`broken ${JSON.stringify(job.data)}`)), { retries: 1 });
      const first = await queue.enqueue(KIND, { n: 1 });
      const dead = await eventually(
        async () => {
          const found = await queue.deadJobs(KIND, 10);
          expect(found).toHaveLength(1);
          return found;
        },
        { timeoutMs: 15_000 },
      );
      expect(dead).toMatchObject([{ id: first, kind: KIND, data: { n: 1 }, attempt: 2, error: 'broken {"n":1}' }]);
      expect(Date.parse(dead[0]!.failedAt)).not.toBeNaN();
      expect(jobs).toHaveLength(2);
      const second = await queue.enqueue(KIND, { n: 2 });
      await eventually(
        async () => {
          expect((await queue.deadJobs(KIND, 10)).map(({ id }) => id)).toEqual([second, first]);
        },
        { timeoutMs: 15_000 },
      );
      expect((await queue.deadJobs(KIND, 1)).map(({ id }) => id)).toEqual([second]);
      await expect(queue.deadJobs('other', 10)).resolves.toEqual([]);
    });

    describeDeadJobs(() => harness);

    it('drops a job whose key waits or runs already, and takes it again when that one is done', async () => {
      const release = deferred();
      const ids = await Promise.all(Array.from({ length: 5 }, () => queue.enqueue(KIND, {}, { key: 'k' })));
      expect(ids.filter((id) => id !== undefined)).toHaveLength(1);
      await expect(queue.enqueue(KIND, {}, { key: 'other' })).resolves.toEqual(expect.any(String));
      await expect(queue.enqueue('other', {}, { key: 'k' })).resolves.toEqual(expect.any(String));
      const jobs = await work(() => release.promise);
      await eventually(() => {
        expect(jobs).toHaveLength(2);
      });
      await expect(queue.enqueue(KIND, {}, { key: 'k' })).resolves.toBeUndefined();
      release.resolve();
      await eventually(async () => {
        await expect(queue.enqueue(KIND, {}, { key: 'k' })).resolves.toEqual(expect.any(String));
      });
    });

    it('does not run a job before its time', async () => {
      const jobs = await work();
      const enqueuedAt = performance.now();
      await queue.enqueue(KIND, { n: 'later' }, { startAt: new Date(Date.now() + 1_500) });
      await queue.enqueue(KIND, { n: 'now' });
      await eventually(() => {
        expect(jobs.map((job) => job.data)).toEqual([{ n: 'now' }]);
      });
      await eventually(() => {
        expect(jobs.map((job) => job.data)).toEqual([{ n: 'now' }, { n: 'later' }]);
      });
      expect(performance.now() - enqueuedAt).toBeGreaterThan(1_400);
    });

    it('enqueues a scheduled kind at each match, once however many processes there are, with the data of the last schedule', async () => {
      const jobs = await work();
      await harness.elsewhere.schedule(KIND, '* * * * *', { from: 'elsewhere' });
      await queue.schedule(KIND, '* * * * *', { from: 'here' });
      // No match before the schedule counts: a job of half a second later comes first.
      await queue.enqueue(KIND, { first: true }, { startAt: new Date(Date.now() + 500) });
      await eventually(() => {
        expect(jobs.map((job) => job.data)).toEqual([{ first: true }]);
      });
      await harness.elapse(60_000);
      await eventually(() => {
        expect(jobs.map((job) => job.data)).toEqual([{ first: true }, { from: 'here' }]);
      });
      await harness.elapse(60_000);
      await eventually(() => {
        expect(jobs).toHaveLength(3);
      });
      await queue.schedule(KIND, '0 0 1 1 *', { from: 'new year' });
    });

    it('refuses a schedule that is not a cron expression of five fields', async () => {
      await expect(queue.schedule(KIND, 'every day', {})).rejects.toThrow();
      await expect(queue.schedule(KIND, '* * * * * *', {})).rejects.toThrow();
      await expect(queue.schedule(KIND, '61 * * * *', {})).rejects.toThrow();
    });

    it('lets running jobs end when it closes, refuses what comes after, and closes twice', async () => {
      const release = deferred();
      let ended = false;
      const jobs = await work(async () => {
        await release.promise;
        ended = true;
      });
      await queue.enqueue(KIND, {}, { key: 'k' });
      await eventually(() => {
        expect(jobs).toHaveLength(1);
      });
      const closing = Promise.all([queue.close(), queue.close()]);
      await expect(queue.enqueue(KIND, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(queue.deadJobs(KIND, 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(queue.schedule(KIND, '* * * * *', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(ended).toBe(false);
      release.resolve();
      await closing;
      expect(ended).toBe(true);
      // Its outcome was stored: the key is free.
      await expect(harness.elsewhere.enqueue(KIND, {}, { key: 'k' })).resolves.toEqual(expect.any(String));
    });
  });
}
