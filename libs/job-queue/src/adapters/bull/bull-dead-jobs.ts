import { type RedisConnection } from '@agent-chat/redis';
import type Queue from 'bull';
import { type DeadJob, type DeadJobPlace } from '../../job-queue.port';
import { type BullQueues } from './bull-queues';

// Each in one step, so that of two who ask one wins, and none touches a job that runs again. A queue's keys lie in one slot.
const REVIVE = `
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 or redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
redis.call('HDEL', KEYS[2], 'finishedOn', 'processedOn', 'failedReason', 'stacktrace')
redis.call('HSET', KEYS[2], 'attemptsMade', 0)
redis.call('LPUSH', KEYS[3], ARGV[1])
return 1`;
const FORGET = `
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('DEL', KEYS[2], KEYS[3])
return 1`;

/** Jobs that failed for good: Bull's sets of failed ones, by the time they failed. */
export class BullDeadJobs {
  constructor(
    private readonly connection: RedisConnection,
    private readonly queues: BullQueues,
  ) {}

  async list(kind: string, limit: number, after: DeadJobPlace | undefined): Promise<readonly DeadJob[]> {
    if (limit <= 0) return [];
    const queue = await this.queues.sender(kind);
    return this.connection.run(async () => {
      const ids = after === undefined ? await this.newest(queue, limit) : await this.following(queue, limit, after);
      const jobs = await Promise.all(ids.map((id) => queue.getJob(id)));
      // One that retention removed between the two reads is missing.
      return jobs.filter((job) => job !== null).map((job) => toDeadJob(kind, job));
    });
  }

  async revive(kind: string, id: string): Promise<boolean> {
    const queue = await this.queues.sender(kind);
    return (await this.connection.run((client) => client.eval(REVIVE, 3, queue.toKey('failed'), queue.toKey(id), queue.toKey('wait'), id))) === 1;
  }

  async forget(kind: string, id: string): Promise<boolean> {
    const queue = await this.queues.sender(kind);
    return (await this.connection.run((client) => client.eval(FORGET, 3, queue.toKey('failed'), queue.toKey(id), `${queue.toKey(id)}:logs`, id))) === 1;
  }

  private newest(queue: Queue.Queue, limit: number): Promise<string[]> {
    return this.connection.client.zrevrange(queue.toKey('failed'), 0, limit - 1);
  }

  /** Those of the same millisecond come by their ids. */
  private async following(queue: Queue.Queue, limit: number, { failedAt, id }: DeadJobPlace): Promise<string[]> {
    const { client } = this.connection;
    const key = queue.toKey('failed');
    const atMs = Date.parse(failedAt);
    const [same, earlier] = await Promise.all([
      client.zrevrangebyscore(key, atMs, atMs),
      client.zrevrangebyscore(key, `(${String(atMs)}`, '-inf', 'LIMIT', 0, limit),
    ]);
    return [...same.filter((other) => other < id), ...earlier].slice(0, limit);
  }
}

function toDeadJob(kind: string, job: Queue.Job): DeadJob {
  return {
    id: String(job.id),
    kind,
    data: job.data as unknown,
    attempt: job.attemptsMade,
    failedAt: new Date(job.finishedOn ?? 0).toISOString(),
    error: job.failedReason ?? 'unknown',
  };
}
