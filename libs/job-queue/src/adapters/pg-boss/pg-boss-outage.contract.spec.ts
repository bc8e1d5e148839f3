import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { deferred, eventually, FakeClock } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import { PgBossJobQueue } from './pg-boss-job-queue';

describe('PgBossJobQueue and its database', () => {
  let test: TestDatabase;
  const clock = new FakeClock();
  const quick = { clock, pollIntervalMs: 50, scheduleIntervalMs: 50 };

  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  beforeEach(async () => {
    test = await createTestDatabase('jobs');
  });

  afterEach(() => test.drop());

  /** Breaks every connection of the queue, as a failover does. */
  const breakConnections = async (): Promise<number> => {
    const client = new Client({ connectionString: test.url });
    await client.connect();
    const { rows } = await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'agent-chat-jobs'`,
    );
    await client.end();
    return rows.length;
  };

  it('cannot be opened without its database', async () => {
    const nowhere = new URL(test.url);
    nowhere.port = '1';
    await expect(PgBossJobQueue.open({ ...quick, connectionString: nowhere.href })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('goes on after all its connections broke, and stores the outcome of what ran meanwhile', async () => {
    const queue = await PgBossJobQueue.open({ ...quick, connectionString: test.url });
    const release = deferred();
    const seen: unknown[] = [];
    await queue.register({
      kind: 'slow',
      retries: 0,
      concurrency: 1,
      handler: async (job) => {
        seen.push(job.data);
        await release.promise;
      },
    });
    await queue.enqueue('slow', { n: 1 }, { key: 'k' });
    await eventually(() => {
      expect(seen).toEqual([{ n: 1 }]);
    });
    expect(await breakConnections()).toBeGreaterThan(0);
    release.resolve();
    await eventually(async () => {
      await expect(queue.enqueue('slow', { n: 2 }, { key: 'k' })).resolves.toEqual(expect.any(String));
    });
    await eventually(() => {
      expect(seen).toEqual([{ n: 1 }, { n: 2 }]);
    });
    await expect(queue.deadJobs('slow', 1)).resolves.toEqual([]);
    await queue.close();
  });

  it('rejects with UNAVAILABLE what it cannot store', async () => {
    const queue = await PgBossJobQueue.open({ ...quick, connectionString: test.url });
    await queue.enqueue('kind', {});
    await test.drop();
    await expect(queue.enqueue('kind', {})).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    await expect(queue.enqueue('new', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(queue.schedule('kind', '* * * * *', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(queue.deadJobs('kind', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await queue.close();
  });

  it('gives a job back that does not end in time when it closes, so that another process runs it', async () => {
    const [first, second] = await Promise.all([50, 10_000].map((closeGraceMs) => PgBossJobQueue.open({ ...quick, connectionString: test.url, closeGraceMs })));
    const started = deferred<number>();
    const hang = new Promise<void>(() => undefined);
    await first!.register({
      kind: 'endless',
      retries: 1,
      concurrency: 1,
      handler: (job) => {
        started.resolve(job.attempt);
        return hang;
      },
    });
    await first!.enqueue('endless', {});
    await expect(started.promise).resolves.toBe(1);
    await first!.close();
    const again = deferred<number>();
    await second!.register({
      kind: 'endless',
      retries: 1,
      concurrency: 1,
      handler: (job) => {
        again.resolve(job.attempt);
        return Promise.resolve();
      },
    });
    await expect(again.promise).resolves.toBe(2);
    await second!.close();
  });
});
