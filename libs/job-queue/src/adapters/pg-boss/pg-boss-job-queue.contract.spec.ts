import { createTestDatabase } from '@agent-chat/database/testing';
import { describeJobQueueContract } from '@agent-chat/job-queue/testing';
import { FakeClock } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import { PgBossJobQueue } from './pg-boss-job-queue';

Logger.overrideLogger(false);

describeJobQueueContract('PgBossJobQueue', async () => {
  const { url, drop } = await createTestDatabase('jobs');
  const clock = new FakeClock(Date.now());
  const options = { connectionString: url, clock, pollIntervalMs: 100, scheduleIntervalMs: 50 };
  const [queue, elsewhere] = await Promise.all([PgBossJobQueue.open(options), PgBossJobQueue.open(options)]);
  const elapse = (ms: number): Promise<void> => {
    clock.advance(ms);
    return Promise.resolve();
  };
  return { queue, elsewhere, elapse, dispose: drop };
});
