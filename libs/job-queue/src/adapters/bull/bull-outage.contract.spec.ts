import { SystemClock } from '@agent-chat/kernel';
import { openRedisClient, type RedisSettings } from '@agent-chat/redis';
import { REDIS_TOPOLOGIES, redisSettingsFor } from '@agent-chat/redis/testing';
import { deferred, eventually, startTestServers, type TestServers } from '@agent-chat/testing';
import { BullJobQueue, type BullJobQueueOptions } from './bull-job-queue';

const RECOVERY = { timeoutMs: 20_000, intervalMs: 50 };
const numberOf = (data: unknown): number => (data as { n: number }).n;

describe('BullJobQueue and its servers', () => {
  let servers: TestServers | undefined;
  const open: BullJobQueue[] = [];

  const openQueue = async (settings: RedisSettings, options: Partial<BullJobQueueOptions> = {}): Promise<BullJobQueue> => {
    const queue = await BullJobQueue.open({ settings, clock: new SystemClock(), lockDurationMs: 1_000, stalledIntervalMs: 500, ...options });
    open.push(queue);
    return queue;
  };

  afterEach(async () => {
    await Promise.all(open.splice(0).map((queue) => queue.close()));
    await servers?.stop();
    servers = undefined;
  });

  it.each([
    ['single', 'kill'],
    ['single', 'pause'],
    ['cluster', 'kill'],
  ] as const)('runs every job that was accepted when %s servers met a %s, refusing at once meanwhile', async (topology, fault) => {
    servers = await startTestServers('redis', { topology, persistent: true });
    const queue = await openQueue(redisSettingsFor(servers.settings));
    const ran = new Set<number>();
    await queue.register({
      kind: 'k',
      retries: 3,
      concurrency: 2,
      handler: (job) => {
        ran.add(numberOf(job.data));
        return Promise.resolve();
      },
    });
    const accepted: number[] = [];
    let next = 0;
    const enqueue = async (): Promise<void> => {
      const n = next++;
      await queue.enqueue('k', { n });
      accepted.push(n);
    };
    for (let count = 0; count < 20; count++) await enqueue();
    await Promise.all(servers.servers.map((server) => server[fault]()));
    await eventually(async () => {
      const startedAt = performance.now();
      await expect(enqueue()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(performance.now() - startedAt).toBeLessThan(100);
    }, RECOVERY);
    await expect(queue.deadJobs('k', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(queue.schedule('k', '* * * * *', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await Promise.all(servers.servers.map((server) => (fault === 'kill' ? server.restart() : server.resume())));
    await eventually(() => enqueue(), RECOVERY);
    await eventually(() => {
      expect(accepted.filter((n) => !ran.has(n))).toEqual([]);
    }, RECOVERY);
  });

  it('stores the outcome of what ran while the server was gone', async () => {
    servers = await startTestServers('redis', { persistent: true });
    const queue = await openQueue(redisSettingsFor(servers.settings), { lockDurationMs: 30_000 });
    const release = deferred();
    let runs = 0;
    await queue.register({
      kind: 'slow',
      retries: 0,
      concurrency: 1,
      handler: () => {
        runs += 1;
        return release.promise;
      },
    });
    await queue.enqueue('slow', {}, { key: 'k' });
    await eventually(() => {
      expect(runs).toBe(1);
    });
    await servers.servers[0]!.kill();
    release.resolve();
    await servers.servers[0]!.restart();
    await eventually(async () => {
      await expect(queue.enqueue('slow', {}, { key: 'k' })).resolves.toEqual(expect.any(String));
    }, RECOVERY);
    await eventually(() => {
      expect(runs).toBe(2);
    }, RECOVERY);
    await expect(queue.deadJobs('slow', 1)).resolves.toEqual([]);
  });

  it('begins to work when a server comes that was not there', async () => {
    servers = await startTestServers('redis');
    await servers.servers[0]!.kill();
    const queue = await openQueue({ ...redisSettingsFor(servers.settings), connectTimeoutMs: 200 });
    const done = deferred<unknown>();
    await queue.register({
      kind: 'k',
      retries: 0,
      concurrency: 1,
      handler: (job) => {
        done.resolve(job.data);
        return Promise.resolve();
      },
    });
    await servers.servers[0]!.restart();
    await eventually(() => queue.enqueue('k', { n: 1 }), RECOVERY);
    await expect(done.promise).resolves.toEqual({ n: 1 });
  });

  it('runs a job again whose process died with it', async () => {
    const settings = redisSettingsFor(REDIS_TOPOLOGIES.single);
    const queue = await openQueue(settings);
    const id = await queue.enqueue('k', { n: 1 });
    // A worker that died as soon as it had the job: taken, and no lock that anybody renews.
    const died = openRedisClient(settings, 'patient');
    const key = `{${settings.namespace}:jobs:k}:k`;
    await expect(died.rpoplpush(`${key}:wait`, `${key}:active`)).resolves.toBe(id);
    died.disconnect();
    const again = deferred<unknown>();
    await queue.register({
      kind: 'k',
      retries: 0,
      concurrency: 1,
      handler: (job) => {
        again.resolve(job);
        return Promise.resolve();
      },
    });
    await expect(again.promise).resolves.toEqual({ id, kind: 'k', data: { n: 1 }, attempt: 1 });
  });

  it('gives a job back that does not end in time when it closes, so that another process runs it', async () => {
    const settings = redisSettingsFor(REDIS_TOPOLOGIES.single);
    const first = await openQueue(settings, { closeGraceMs: 50, lockDurationMs: 30_000 });
    const second = await openQueue(settings, { lockDurationMs: 30_000 });
    const started = deferred<number>();
    await first.register({
      kind: 'endless',
      retries: 1,
      concurrency: 1,
      handler: (job) => {
        started.resolve(job.attempt);
        return new Promise<void>(() => undefined);
      },
    });
    await first.enqueue('endless', {});
    await expect(started.promise).resolves.toBe(1);
    await first.close();
    const again = deferred<number>();
    await second.register({
      kind: 'endless',
      retries: 1,
      concurrency: 1,
      handler: (job) => {
        again.resolve(job.attempt);
        return Promise.resolve();
      },
    });
    await expect(again.promise).resolves.toBe(2);
  });
});
