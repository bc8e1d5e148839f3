import { describeJobQueueContract } from '@agent-chat/job-queue/testing';
import { REDIS_TOPOLOGIES, redisSettingsFor } from '@agent-chat/redis/testing';
import { FakeClock } from '@agent-chat/testing';
import { BullJobQueue } from './bull-job-queue';

describe.each(Object.entries(REDIS_TOPOLOGIES))('over %s', (topology, environment) => {
  describeJobQueueContract(`BullJobQueue (${topology})`, async () => {
    const clock = new FakeClock(Date.now());
    const options = { settings: redisSettingsFor(environment), clock, scheduleIntervalMs: 50 };
    const [queue, elsewhere] = await Promise.all([BullJobQueue.open(options), BullJobQueue.open(options)]);
    const elapse = (ms: number): Promise<void> => {
      clock.advance(ms);
      return Promise.resolve();
    };
    return { queue, elsewhere, elapse, dispose: () => Promise.resolve() };
  });
});
