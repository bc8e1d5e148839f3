import { eventually } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type DetailedError } from 'tus-js-client';
import { MakeVariantsJob } from '../../../apps/worker/src/application/make-variants.job';
import { RestClient } from '../../support/rest-client';
import { landscape } from '../../support/test-pictures';
import { linksTo, upload, uploadOf } from '../../support/uploading';
import { FilesOnS3, S3_TIMEOUT_MS } from './files-on-s3';

Logger.overrideLogger(false);
jest.setTimeout(180_000);

const MIB = 1024 * 1024;
const SEED = 7;
const PATIENCE = { timeoutMs: 90_000, intervalMs: 250 };

/** What a client was told where it had to try again. */
interface Refusal {
  readonly status: number;
  readonly code?: string;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
}

function refusalIn({ originalResponse: answer }: DetailedError): Refusal {
  const body = answer?.getBody() ?? '';
  return { status: answer?.getStatus() ?? 0, ...(body === '' ? {} : (JSON.parse(body) as object)) };
}

/** To try again, and when; or, where somebody else was faster, to ask how far it is. A refusal of HEAD has no body that could say more than its status. */
function saysWhatToDo({ status, code, retryAfterMs }: Refusal): boolean {
  if (code === undefined) return [409, 503, 504].includes(status);
  return code === 'UPLOAD_CONFLICT' || (['UNAVAILABLE', 'TIMEOUT'].includes(code) && retryAfterMs !== undefined);
}

describe('files on an S3 that is slow, or fails', () => {
  let files: FilesOnS3;
  let alice: RestClient;
  let roomId: string;

  beforeAll(async () => {
    files = await FilesOnS3.start();
    await files.startWorker();
    alice = await RestClient.register(files.url, 'alice');
    ({ roomId } = await alice.createRoom({ kind: 'private', name: 'files' }));
  });
  afterEach(() => files.heal());
  afterAll(() => files.stop());

  /** Uploads as a patient client does; resolves with the id and everything that it was refused with on the way. */
  const uploadPatiently = async (bytes: Buffer): Promise<{ attachmentId: string; refusals: Refusal[] }> => {
    const refusals: Refusal[] = [];
    const onShouldRetry = (error: DetailedError): boolean => refusals.push(refusalIn(error)) > 0;
    const attachmentId = await upload(alice, bytes, { roomId, options: { retryDelays: Array.from({ length: 200 }, () => 200), onShouldRetry } });
    return { attachmentId, refusals };
  };
  const untilMade = (attachmentId: string): Promise<void> =>
    eventually(async () => {
      await files.neglect(attachmentId);
      await files.upkeep().catch(() => undefined);
      expect((await linksTo(alice, [attachmentId]))[0]?.media).toBe('done');
    }, PATIENCE);
  const reads = (attachmentId: string, bytes: Buffer): Promise<void> =>
    eventually(async () => {
      expect((await files.read(alice, attachmentId)).equals(bytes)).toBe(true);
    }, PATIENCE);

  /** Posts until the work has ended; resolves with what it did, once every post is in the log, once. */
  const postingDuring = async <Result>(work: Promise<Result>): Promise<Result> => {
    const during = { isOver: false };
    const done = work.finally(() => {
      during.isOver = true;
    });
    const acknowledged: number[] = [];
    while (!during.isOver) {
      acknowledged.push((await files.post(alice, roomId, [], `post ${acknowledged.length}`)).seq);
      await delay(50);
    }
    const result = await done;
    const seqs = (await alice.log(roomId)).map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from(seqs, (_, at) => seqs[0]! + at));
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    expect(seqs).toEqual(expect.arrayContaining(acknowledged));
    return result;
  };

  it('that takes a second for each answer are uploaded, made smaller and read, only later, and posts wait for none of it', async () => {
    files.doors.storage.slow(1_000);
    files.doors.worker.slow(1_000);
    const [large, picture] = [randomBytes(9 * MIB), await landscape(300, 200, 10)];

    const [one, two] = await postingDuring(Promise.all([uploadPatiently(large), uploadPatiently(picture)]));

    await Promise.all([reads(one.attachmentId, large), reads(two.attachmentId, picture)]);
    await eventually(async () => {
      expect((await files.row(two.attachmentId))?.media).toBe('done');
    }, PATIENCE);
    expect((await files.row(two.attachmentId))?.tries).toBe(1);
  });

  it('that does not answer in time are refused as what may be tried again, and when, and go on where they were once it does', async () => {
    const bytes = randomBytes(5 * MIB);
    files.doors.storage.slow(2 * S3_TIMEOUT_MS);
    const first: Refusal[] = [];
    const options = { retryDelays: [0], onShouldRetry: (error: DetailedError) => first.push(refusalIn(error)) < 0 };
    const { upload: running, done } = uploadOf(alice, bytes, { roomId, options });
    running.start();
    await postingDuring(done.catch((error: unknown) => error));

    expect(first).toEqual([expect.objectContaining({ status: 504, code: 'TIMEOUT', retryable: true, retryAfterMs: expect.any(Number) as number })]);
    files.doors.storage.heal();
    const finished = new Promise<void>((resolve, reject) => Object.assign(running.options, { onSuccess: () => resolve(), onError: reject }));
    running.start();
    await finished;
    await reads(running.url!.split('/').at(-1)!, bytes);
  });

  it('that fails half of its requests, in every way, are all there in the end, whole, and nothing else is', async () => {
    files.doors.storage.failHalf(SEED);
    files.doors.worker.failHalf(SEED + 1);
    const sizes = [1, 100_000, 9 * MIB];
    const wanted = [...sizes.map((size) => randomBytes(size)), await landscape(300, 200, 10)];

    const uploaded = await postingDuring(Promise.all(wanted.map((bytes) => uploadPatiently(bytes))));

    const refusals = uploaded.flatMap((each) => each.refusals);
    expect(refusals.filter((refusal) => !saysWhatToDo(refusal))).toEqual([]);
    for (const [at, { attachmentId }] of uploaded.entries()) await reads(attachmentId, wanted[at]!);
    await untilMade(uploaded.at(-1)!.attachmentId);
    const posted = await Promise.all(uploaded.map(({ attachmentId }) => eventually(() => files.post(alice, roomId, [attachmentId]), PATIENCE)));
    const { storage, worker } = files.doors;
    for (const fate of ['refused', 'lost', 'unheard', 'broken'] as const) expect(storage.met[fate]).toBeGreaterThan(0);
    expect(worker.met.refused).toBeGreaterThan(0);

    storage.heal();
    expect(await files.bucket()).toEqual(expect.arrayContaining(await files.named()));
    await eventually(async () => {
      expect((await Promise.all(uploaded.map(({ attachmentId }) => files.row(attachmentId)))).map((row) => row?.messageId)).not.toContain(null);
    }, PATIENCE);
    storage.failHalf(SEED + 2);
    for (const { messageId } of posted) await alice.call('DELETE', `/rooms/${roomId}/messages/${messageId}`);
    await eventually(async () => {
      await files.age();
      await files.upkeep().catch(() => undefined);
      expect([await files.bucket(), await files.rows()]).toEqual([[], 0]);
    }, PATIENCE);
    expect(await files.partUploads()).toBe(0);
  });

  it('that is away for longer than any job is tried are made smaller all the same once it is back', async () => {
    files.doors.worker.fate = () => 'refused';
    const attachmentId = await upload(alice, await landscape(300, 200, 10), { roomId });
    const job = files.of('worker', MakeVariantsJob);
    for (let n = 0; n < 8; n += 1) await expect(job.run({ data: { attachmentId }, attempt: 1 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    for (let n = 0; n < 2; n += 1) {
      await files.neglect(attachmentId);
      await files.upkeep();
    }
    expect(await files.row(attachmentId)).toMatchObject({ media: 'waiting' });

    files.doors.worker.heal();

    await untilMade(attachmentId);
  });
});
