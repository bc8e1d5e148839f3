import { deferred, eventually } from '@agent-chat/testing';
import { type DeadJob, type JobQueue } from '../job-queue.port';
import { type JobQueueHarness } from './job-queue-harness';
import { KIND, workOn } from './work-on';

/** What every `JobQueue` keeps of jobs that failed for good. */
export function describeDeadJobs(harness: () => JobQueueHarness): void {
  describe('and its dead jobs', () => {
    const queue = (): JobQueue => harness().queue;

    /** Dead jobs, once there are that many. */
    const dead = (count: number): Promise<readonly DeadJob[]> =>
      eventually(
        async () => {
          const found = await queue().deadJobs(KIND, 100);
          expect(found).toHaveLength(count);
          return found;
        },
        { timeoutMs: 15_000 },
      );

    it('names the kinds that were enqueued by any process', async () => {
      await expect(queue().kinds()).resolves.toEqual([]);
      await queue().enqueue(KIND, {});
      await harness().elsewhere.enqueue('other', {});
      await queue().enqueue(KIND, {});
      expect([...(await queue().kinds())].sort()).toEqual([KIND, 'other'].sort());
    });

    it('pages through dead jobs without leaving one out', async () => {
      await workOn(queue(), () => Promise.reject(new Error('broken')), { retries: 0, concurrency: 10 });
      await Promise.all(Array.from({ length: 11 }, (_, n) => queue().enqueue(KIND, { n })));
      const all = (await dead(11)).map(({ id }) => id);
      const paged: string[] = [];
      for (let page = await queue().deadJobs(KIND, 2); page.length > 0; page = await queue().deadJobs(KIND, 2, page.at(-1)))
        paged.push(...page.map(({ id }) => id));
      expect(paged).toEqual(all);
    });

    it('replays a dead job with all its tries, in any process, once however often it is asked', async () => {
      let broken = true;
      const jobs = await workOn(queue(), () => (broken ? Promise.reject(new Error('broken')) : Promise.resolve()), { retries: 0 });
      const id = (await queue().enqueue(KIND, { n: 1 }, { key: 'k' }))!;
      await dead(1);
      await expect(queue().replay(KIND, id)).resolves.toBe(true);
      // It fails again: its tries are counted anew.
      await eventually(() => {
        expect(jobs.map(({ attempt }) => attempt)).toEqual([1, 1]);
      });
      await dead(1);
      broken = false;
      // Another with its key waits by now, and is not in its way.
      await expect(queue().enqueue(KIND, { n: 2 }, { key: 'k', startAt: new Date(Date.now() + 3_600_000) })).resolves.toEqual(expect.any(String));
      const asked = await Promise.all([harness().elsewhere.replay(KIND, id), queue().replay(KIND, id), queue().replay(KIND, id)]);
      expect(asked.filter(Boolean)).toHaveLength(1);
      await eventually(() => {
        expect(jobs.map((job) => [job.id, job.data])).toEqual([1, 2, 3].map(() => [id, { n: 1 }]));
      });
      await expect(queue().deadJobs(KIND, 10)).resolves.toEqual([]);
      await expect(queue().replay(KIND, id)).resolves.toBe(false);
    });

    it('discards a dead job, and no other', async () => {
      const release = deferred();
      const jobs = await workOn(queue(), (job) => ((job.data as { n: number }).n === 1 ? Promise.reject(new Error('broken')) : release.promise), {
        retries: 0,
      });
      const [id, living] = [(await queue().enqueue(KIND, { n: 1 }))!, (await queue().enqueue(KIND, { n: 2 }))!];
      await dead(1);
      await expect(queue().discard('other', id)).resolves.toBe(false);
      await expect(queue().discard(KIND, living)).resolves.toBe(false);
      await expect(queue().replay(KIND, living)).resolves.toBe(false);
      await expect(queue().discard(KIND, 'nonsense')).resolves.toBe(false);
      await expect(harness().elsewhere.discard(KIND, id)).resolves.toBe(true);
      await expect(queue().deadJobs(KIND, 10)).resolves.toEqual([]);
      await expect(queue().discard(KIND, id)).resolves.toBe(false);
      await expect(queue().replay(KIND, id)).resolves.toBe(false);
      release.resolve();
      await eventually(() => expect(jobs).toHaveLength(2));
    });
  });
}
