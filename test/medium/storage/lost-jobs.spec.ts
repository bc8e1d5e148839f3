import { JobQueue } from '@agent-chat/job-queue';
import { deferred, eventually } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { join, resolve } from 'node:path';
import { type Fate } from '../../support/faulty-s3';
import { RestClient } from '../../support/rest-client';
import { landscape } from '../../support/test-pictures';
import { linksTo, upload } from '../../support/uploading';
import { FilesOnS3 } from './files-on-s3';

Logger.overrideLogger(false);
jest.setTimeout(120_000);

const ROOT = resolve(__dirname, '../../..');
const PATIENCE = { timeoutMs: 60_000, intervalMs: 100 };

describe('images whose job is lost', () => {
  let files: FilesOnS3;
  let alice: RestClient;
  let roomId: string;

  beforeEach(async () => {
    files = await FilesOnS3.start();
    alice = await RestClient.register(files.url, 'alice');
    ({ roomId } = await alice.createRoom({ kind: 'private', name: 'pictures' }));
  });
  afterEach(() => files.stop());

  const redisKeys = async (): Promise<string[]> => {
    const client = new Redis(files.redis.settings['REDIS_URL']!);
    return client.keys('*media.image*').finally(() => client.disconnect());
  };
  const loseRedis = async (): Promise<void> => {
    const [server] = files.redis.servers;
    await server!.kill();
    await server!.restart();
    // Its clients find it in their own time.
    await eventually(() => files.of('storage', JobQueue).kinds(), PATIENCE);
  };
  const untilMade = (attachmentIds: readonly string[]): Promise<void> =>
    eventually(async () => {
      expect((await linksTo(alice, attachmentIds)).map(({ media }) => media)).toEqual(attachmentIds.map(() => 'done'));
    }, PATIENCE);
  /** Once each, and nothing else lies about. */
  const expectExact = async (attachmentIds: readonly string[], tries: number): Promise<void> => {
    const rows = await Promise.all(attachmentIds.map((id) => files.row(id)));
    expect(rows.map((row) => [row?.tries, row?.variants.length])).toEqual(rows.map(() => [tries, 4]));
    expect(await files.bucket()).toEqual(await files.named());
  };

  it('with an empty Redis are found again by their rows, and worked on once, by a worker that was there all the time or comes later', async () => {
    const waiting = await Promise.all([10, 100, 200].map(async (hue) => upload(alice, await landscape(500, 300, hue), { roomId })));
    expect(await redisKeys()).not.toEqual([]);

    await loseRedis();
    expect(await redisKeys()).toEqual([]);
    await files.startWorker();
    for (const id of waiting) await files.neglect(id);
    // Two processes that look at once ask once.
    await Promise.all([files.upkeep(), files.upkeep()]);
    await untilMade(waiting);
    await expectExact(waiting, 1);

    await loseRedis();
    const later = await upload(alice, await landscape(500, 300, 300), { roomId });
    await untilMade([later]);
    await expectExact([...waiting, later], 1);
  });

  it('since a worker was killed in the middle of it are worked on by another, and nothing is left of the first', async () => {
    const [held, released] = [deferred(), deferred()];
    const { worker: door } = files.doors;
    door.fate = async ({ method, path }): Promise<Fate> => {
      if (method === 'PUT' && path.endsWith('640.webp')) {
        held.resolve();
        await released.promise;
      }
      return 'passes';
    };
    const worker = await startWorkerProcess(files.workerEnv);
    const attachmentId = await upload(alice, await landscape(500, 300, 10), { roomId });
    await held.promise;
    expect(await files.row(attachmentId)).toMatchObject({ media: 'waiting', tries: 1, variants: [] });
    expect((await files.bucket()).filter((key) => key.includes('thumbnail'))).toHaveLength(2);

    await end(worker);
    door.heal();
    await files.startWorker();
    await untilMade([attachmentId]);
    released.resolve();

    await eventually(() => {
      // What the first one had sent is there by now.
      expect(door.met.passes).toBe(9);
    }, PATIENCE);
    await expectExact([attachmentId], 2);
  });
});

async function startWorkerProcess(env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/toolchain/run-typescript.mjs'), join(__dirname, 'worker.process.ts')], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [told] = (await once(child, 'message')) as [unknown];
  expect(told).toBe('ready');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
