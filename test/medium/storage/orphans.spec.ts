import { deferred, eventually } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { type Fate, type S3Request } from '../../support/faulty-s3';
import { RestClient } from '../../support/rest-client';
import { landscape } from '../../support/test-pictures';
import { linksOnceMade, refusalOf, upload, uploadOf } from '../../support/uploading';
import { FilesOnS3 } from './files-on-s3';

Logger.overrideLogger(false);
jest.setTimeout(120_000);

const MIB = 1024 * 1024;
const PATIENCE = { timeoutMs: 30_000, intervalMs: 100 };

describe('a bucket', () => {
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

  const post = async (attachmentId: string): Promise<string> => {
    const { messageId } = await files.post(alice, roomId, [attachmentId]);
    await eventually(async () => {
      expect((await files.row(attachmentId))?.messageId).toBe(messageId);
    }, PATIENCE);
    return messageId;
  };
  const deleteMessage = async (messageId: string, attachmentId: string): Promise<void> => {
    await alice.call('DELETE', `/rooms/${roomId}/messages/${messageId}`);
    await eventually(async () => {
      expect((await files.row(attachmentId))?.state).toMatch(/erased|gone/);
    }, PATIENCE);
  };
  /** Begins an upload and goes away when so much of it is there. */
  const begin = async (bytes: Buffer, sentBytes: number): Promise<{ attachmentId: string; cancel(): Promise<void> }> => {
    const { upload: running } = uploadOf(alice, bytes, { roomId, options: { chunkSize: sentBytes, onChunkComplete: () => void running.abort() } });
    running.start();
    return eventually(async () => {
      const attachmentId = running.url?.split('/').at(-1) ?? '';
      expect((await files.row(attachmentId))?.pieces).toHaveLength(Math.ceil(sentBytes / (4 * MIB)));
      return { attachmentId, cancel: () => running.abort(true) };
    }, PATIENCE);
  };
  const endOfTime = async (): Promise<void> => {
    await files.age();
    await files.upkeep();
  };

  it('holds what is referred to and nothing else, however what else was begun has ended', async () => {
    const picture = await landscape(300, 200, 10);
    const [kept, deleted, unposted] = await Promise.all([picture, picture, picture].map((bytes) => upload(alice, bytes, { roomId })));
    for (const id of [kept!, deleted!, unposted!]) await linksOnceMade(alice, id);
    await post(kept!);
    await deleteMessage(await post(deleted!), deleted!);
    const abandoned = await begin(randomBytes(10 * MIB), 10 * MIB - 100_000);
    const cancelled = await begin(randomBytes(6 * MIB), 5 * MIB);
    const [damaged, refused] = [randomBytes(5 * MIB), Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01'), randomBytes(1_000)])];
    expect((await refusalOf(upload(alice, damaged, { roomId, sha256: '0'.repeat(64) }))).code).toBe('CHECKSUM_MISMATCH');
    expect((await refusalOf(upload(alice, refused, { roomId }))).code).toBe('FILE_REFUSED');
    const known = await files.named();
    expect(await files.bucket()).toEqual(expect.arrayContaining(known));
    expect(known.filter((key) => key.includes(abandoned.attachmentId))).toHaveLength(3);

    await cancelled.cancel();
    await eventually(async () => {
      expect((await files.bucket()).filter((key) => key.includes(cancelled.attachmentId))).toEqual([]);
    }, PATIENCE);
    await endOfTime();

    const { pieces, variants } = (await files.row(kept!))!;
    expect(await files.bucket()).toEqual([...pieces, ...variants].map(({ key }) => key).sort());
    expect([variants.length, await files.partUploads()]).toEqual([2, 0]);
    await endOfTime();
    expect(await files.rows()).toBe(1);
    expect((await files.read(alice, kept!)).equals(picture)).toBe(true);
  });

  /** S3 has the first request that fits once it is let go, and tells nobody; from then on it answers nothing else, as to a process that is gone. */
  const lateAt = (door: 'storage' | 'worker', fits: (request: S3Request) => boolean): { held: Promise<void>; land(): Promise<void> } => {
    const [held, released] = [deferred(), deferred()];
    let isHeld = false;
    files.doors[door].fate = async (request): Promise<Fate> => {
      if (isHeld) return 'refused';
      if (!fits(request)) return 'passes';
      isHeld = true;
      held.resolve();
      await released.promise;
      return 'unheard';
    };
    const before = files.doors[door].met.unheard;
    const land = async (): Promise<void> => {
      released.resolve();
      await eventually(() => {
        expect(files.doors[door].met.unheard).toBe(before + 1);
      }, PATIENCE);
    };
    return { held: held.promise, land };
  };
  const ofFile = async (attachmentId: string): Promise<string[]> => (await files.bucket()).filter((key) => key.includes(attachmentId));

  it('is rid of a piece that came after its upload was cancelled and removed, from a process that could not take it back', async () => {
    const late = lateAt('storage', ({ method }) => method === 'PUT');
    const { upload: running, done } = uploadOf(alice, randomBytes(MIB), { roomId });
    running.start();
    await late.held;
    const attachmentId = running.url!.split('/').at(-1)!;
    const refused = done.catch((error: unknown) => error);
    // As if its time had run out: a cancellation would wait for the upload.
    await files.age();
    const other = files.doors.storage.fate;
    files.doors.storage.fate = (request) => (request.method === 'PUT' ? other(request) : 'passes');
    await files.upkeep();
    expect((await files.row(attachmentId))?.state).toBe('gone');

    files.doors.storage.fate = other;
    await late.land();
    expect(await refused).toBeInstanceOf(Error);
    await eventually(async () => {
      expect(await ofFile(attachmentId)).toHaveLength(1);
    }, PATIENCE);
    files.doors.storage.heal();
    await eventually(endOfTime, PATIENCE);

    expect([await ofFile(attachmentId), await files.row(attachmentId)]).toEqual([[], undefined]);
  });

  it('is rid of a smaller picture that came after its message was deleted, from a worker that could not take it back', async () => {
    const late = lateAt('worker', ({ method, path }) => method === 'PUT' && path.endsWith('thumbnail.jpg'));
    const attachmentId = await upload(alice, await landscape(300, 200, 10), { roomId });
    const messageId = await post(attachmentId);
    await late.held;
    expect((await ofFile(attachmentId)).filter((key) => key.includes('thumbnail'))).toHaveLength(1);
    await deleteMessage(messageId, attachmentId);
    await files.upkeep();
    await eventually(async () => {
      expect(await ofFile(attachmentId)).toEqual([]);
    }, PATIENCE);

    await late.land();
    await eventually(async () => {
      expect(await ofFile(attachmentId)).toHaveLength(1);
    }, PATIENCE);
    files.doors.worker.heal();
    await eventually(endOfTime, PATIENCE);

    expect([await ofFile(attachmentId), await files.row(attachmentId)]).toEqual([[], undefined]);
  });
});
