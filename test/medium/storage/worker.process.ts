// A worker that can be killed: the real job over the real queue, bus and S3.
import { GuardedBlobStore } from '@agent-chat/blob-store';
import { S3BlobStore } from '@agent-chat/blob-store/adapters/s3';
import { loadConfig } from '@agent-chat/config';
import { PostgresDatabase } from '@agent-chat/database/adapters/postgres';
import { BullJobQueue } from '@agent-chat/job-queue/adapters/bull';
import { SystemClock } from '@agent-chat/kernel';
import { openPeers } from '@agent-chat/runtime';
import { MakeVariantsJob } from '../../../apps/worker/src/application/make-variants.job';
import { SharpImageMaker } from '../../../apps/worker/src/infrastructure/sharp-image-maker';

async function main(): Promise<void> {
  const { redis, files, partitions, database: place, internal } = loadConfig(process.env);
  if (redis === undefined || files.s3 === undefined) throw new Error('A worker needs a Redis and a bucket');
  const database = new PostgresDatabase({ url: place.url ?? '', partitionCount: partitions });
  const { queries, breakers } = await openPeers(internal, 'worker', database);
  const jobs = await BullJobQueue.open({ settings: redis, clock: new SystemClock(), lockDurationMs: 5_000, stalledIntervalMs: 1_000 });
  const job = new MakeVariantsJob(jobs, queries, new GuardedBlobStore(new S3BlobStore(files.s3), breakers), new SharpImageMaker(files.maxImagePixels));
  await job.onApplicationBootstrap();
  process.send?.('ready');
}

process.once('disconnect', () => process.exit());
main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
