import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { AppError, newId, type AttachmentId, type RoomId, type UserId } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import { type FileRecord } from '../../../apps/storage/src/application/file-record';
import { DirectoryFiles } from '../../../apps/storage/src/infrastructure/directory-files';

Logger.overrideLogger(false);

const HOUR_MS = 3_600_000;
const FACTS = { type: 'image/png', sha256: 'a'.repeat(64), width: 2, height: 1, isImage: true };

describe('what the directory knows of files', () => {
  let test: TestDatabase;
  let files: DirectoryFiles;
  const roomId = newId<RoomId>();

  beforeAll(async () => {
    test = await createTestDatabase('files');
    files = new DirectoryFiles(test.database);
  });
  beforeEach(() => test.database.directory().query('DELETE FROM attachments'));
  afterAll(() => test.drop());

  const begun = async (sizeBytes = 10, uploaderId = newId<UserId>()): Promise<AttachmentId> => {
    const attachmentId = newId<AttachmentId>();
    expect(await files.begin({ attachmentId, roomId, uploaderId, name: 'a.png', sizeBytes, wantedSha256: null }, HOUR_MS, 5)).toBe(true);
    return attachmentId;
  };
  const piece = (sizeBytes: number): { key: string; sizeBytes: number } => ({ key: newId<string>(), sizeBytes });
  const complete = async (uploaderId?: UserId): Promise<AttachmentId> => {
    const attachmentId = await begun(10, uploaderId);
    await files.append(attachmentId, 0, piece(10));
    expect(await files.complete(attachmentId, FACTS, HOUR_MS)).toBe(true);
    return attachmentId;
  };
  const get = async (attachmentId: string): Promise<FileRecord | undefined> => (await files.find([attachmentId]))[0];
  const set = (attachmentId: string, assignment: string): Promise<unknown> =>
    test.database.directory().query(`UPDATE attachments SET ${assignment} WHERE attachment_id = $1`, [attachmentId]);

  it('takes pieces one behind the other, each once, whoever else tries', async () => {
    const attachmentId = await begun();
    const [first, other, second] = [piece(4), piece(4), piece(6)];

    const taken = await Promise.all([files.append(attachmentId, 0, first), files.append(attachmentId, 0, other)]);
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await files.append(attachmentId, 3, second)).toBe(false);
    expect(await files.append(attachmentId, 4, second)).toBe(true);

    expect(await get(attachmentId)).toMatchObject({ receivedBytes: 10, state: 'uploading', pieces: [taken[0] ? first : other, second] });
  });

  it('is complete once, and only with all of it', async () => {
    const attachmentId = await begun();
    await files.append(attachmentId, 0, piece(9));
    expect(await files.complete(attachmentId, FACTS, HOUR_MS)).toBe(false);
    await files.append(attachmentId, 9, piece(1));

    expect(await Promise.all([1, 2].map(() => files.complete(attachmentId, FACTS, HOUR_MS)))).toEqual(expect.arrayContaining([true, false]));
    expect(await get(attachmentId)).toMatchObject({ state: 'ready', type: 'image/png', width: 2, height: 1, media: 'waiting' });
    expect(await files.append(attachmentId, 10, piece(1))).toBe(false);
  });

  it('holds a person to a number of uploads, also at once', async () => {
    const uploaderId = newId<UserId>();
    const tries = Array.from({ length: 9 }, () =>
      files.begin({ attachmentId: newId<AttachmentId>(), roomId, uploaderId, name: 'x', sizeBytes: 1, wantedSha256: null }, HOUR_MS, 5),
    );

    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(5);
  });

  it('keeps what is vouched for, of that person in that room', async () => {
    const [uploaderId, stranger] = [newId<UserId>(), newId<UserId>()];
    const attachmentId = await complete(uploaderId);
    const until = async (): Promise<number> => {
      const [row] = await test.database
        .directory()
        .query<{ at: number }>('SELECT extract(epoch FROM expires_at)::float8 AS at FROM attachments WHERE attachment_id = $1', [attachmentId]);
      return row!.at;
    };
    const before = await until();
    await files.keep([attachmentId], stranger, roomId, 100 * HOUR_MS);
    await files.keep([attachmentId], uploaderId, newId<RoomId>(), 100 * HOUR_MS);
    expect(await until()).toBe(before);

    await files.keep([attachmentId], uploaderId, roomId, 100 * HOUR_MS);
    expect(await until()).toBeGreaterThan(before + 90 * 3_600);
  });

  it('removes what its time has come for, bytes first, and once more before the last of it is forgotten', async () => {
    const [abandoned, unposted, erased, kept] = [await begun(), await complete(), await complete(), await complete()];
    await files.abandon(abandoned);
    await set(unposted, `expires_at = now()`);
    await set(erased, `state = 'erased', message_id = gen_random_uuid(), expires_at = now()`);
    await set(kept, `message_id = gen_random_uuid(), expires_at = NULL`);
    const removed: string[] = [];
    const remove = async (attachmentId: string): Promise<void> => void removed.push(attachmentId);

    expect(await files.expire(100, HOUR_MS, remove)).toBe(3);

    expect(removed.sort()).toEqual([abandoned, unposted, erased].sort());
    for (const id of [abandoned, unposted, erased]) expect(await get(id)).toMatchObject({ state: 'gone', name: '', pieces: [], variants: [] });
    expect(await get(kept)).toMatchObject({ state: 'ready' });
    for (const id of [abandoned, erased]) await set(id, 'expires_at = now()');
    expect(await files.expire(100, HOUR_MS, remove)).toBe(2);
    expect(removed.slice(3).sort()).toEqual([abandoned, erased].sort());
    expect(await files.find([abandoned, erased])).toEqual([]);
  });

  it('keeps a file whose bytes could not be removed, and gives each to one process', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => begun()));
    for (const id of ids) await files.abandon(id);
    await expect(files.expire(100, HOUR_MS, () => Promise.reject(new AppError('UNAVAILABLE')))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await files.find(ids)).toHaveLength(8);
    const removed: string[] = [];
    const remove = async (attachmentId: string): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      removed.push(attachmentId);
    };

    const counts = await Promise.all([1, 2, 3].map(() => files.expire(100, HOUR_MS, remove)));

    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(8);
    expect(removed.sort()).toEqual([...ids].sort());
  });

  it('finds images that nobody works on, and gives up those that were tried too often', async () => {
    const [fresh, late, hopeless, done] = [await complete(), await complete(), await complete(), await complete()];
    await set(late, `created_at = now() - interval '1 hour'`);
    await set(hopeless, `created_at = now() - interval '1 hour', media_tries = 6, media_tried_at = now() - interval '1 hour'`);
    await files.endWork(done, { placeholder: 'data:', variants: [] });
    await set(done, `created_at = now() - interval '1 hour'`);

    const atWork = await complete();
    await set(atWork, `media_tries = 6, media_tried_at = now() - interval '1 hour'`);
    await files.goOnWorking(atWork);

    expect(await files.overdueImages(60_000, 6)).toEqual([{ attachmentId: late, tries: 0 }]);
    expect((await get(atWork))?.media).toBe('waiting');
    expect(await files.overdueImages(60_000, 6)).toEqual([]);
    expect([(await get(fresh))?.media, (await get(hopeless))?.media, (await get(done))?.media]).toEqual(['waiting', 'failed', 'done']);
  });

  it('does not count a try that was put off, and lets it wait as if somebody had been at it', async () => {
    const attachmentId = await complete();
    await set(attachmentId, 'media_tries = 5');
    for (let n = 0; n < 3; n += 1) {
      expect(await files.beginWork(attachmentId)).toBeDefined();
      await set(attachmentId, `media_tried_at = now() - interval '1 hour'`);
      await files.putOffWork(attachmentId);
      expect(await files.overdueImages(60_000, 6)).toEqual([]);
    }
    await set(attachmentId, `media_tried_at = now() - interval '1 hour'`);

    expect(await files.overdueImages(60_000, 6)).toEqual([{ attachmentId, tries: 5 }]);
  });

  it('takes what came of the work on an image, said again, or late', async () => {
    const attachmentId = await complete();
    expect(await files.beginWork(attachmentId)).toMatchObject({ attachmentId });
    const result = { placeholder: 'data:', variants: [{ name: '640.webp' as const, type: 'image/webp', width: 2, height: 1, sizeBytes: 3, key: 'k' }] };

    expect(await files.endWork(attachmentId, result)).toBe(true);
    expect(await files.endWork(attachmentId, result)).toBe(true);
    expect(await get(attachmentId)).toMatchObject({ media: 'done', ...result });
    expect(await files.beginWork(attachmentId)).toBeUndefined();
    await set(attachmentId, `state = 'erased'`);
    expect(await files.endWork(attachmentId, result)).toBe(false);
    expect(await files.endWork(newId<string>(), undefined)).toBe(false);
  });

  it('notes which message has a file, and when that is gone', async () => {
    const { LifecycleProjection } = await import('../../../apps/storage/src/infrastructure/lifecycle.projection');
    const woken = jest.fn();
    const projection = new LifecycleProjection(test.database, { wake: woken } as never);
    const attachmentId = await complete();
    const messageId = newId<string>();
    const event = (type: string, data: object) => ({ partition: 0, position: 1, event: { roomId, epoch: 1, seq: 1, type, data } }) as never;
    const apply = (...events: never[]) => test.database.directory().transaction((connection) => projection.apply(connection, events));
    const posted = event('message.posted', { messageId, attachments: [{ attachmentId }] });
    const deleted = event('message.deleted', { messageId });

    await apply(posted);
    await apply(posted);
    expect(await get(attachmentId)).toMatchObject({ messageId, state: 'ready' });
    expect(await files.expire(10, HOUR_MS, async () => undefined)).toBe(0);
    await (
      await apply(deleted)
    )?.();
    await apply(deleted);

    expect(await get(attachmentId)).toMatchObject({ state: 'erased' });
    expect(woken).toHaveBeenCalledTimes(1);
    // Whoever learns of both late is told by the event alone what the message had.
    const late = await complete();
    const redacted = { ...(event('message.posted', { messageId: late, attachments: [], redacted: true }) as object), erasedAttachmentIds: [late] } as never;
    await apply(redacted, event('message.deleted', { messageId: late }));
    expect(await get(late)).toMatchObject({ state: 'erased', messageId: late });
    expect(projection.concerns(redacted)).toBe(true);
    expect(
      [posted, deleted, event('message.posted', { messageId, attachments: [] }), event('reaction.added', {})].map((each) => projection.concerns(each)),
    ).toEqual([true, true, false, false]);
  });
});
