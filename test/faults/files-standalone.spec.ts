import { type AgentChatClient, createClient } from '@agent-chat/client';
import { eventually } from '@agent-chat/testing';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { askPostgres } from '../support/ask-postgres';
import { BareUpload } from '../support/bare-upload';
import { childrenOf } from '../support/child-processes';
import { RestClient } from '../support/rest-client';
import { SmallDisk } from '../support/small-disk';
import { StandaloneProcess } from '../support/standalone-process';
import { download, linksOnceMade, upload, uploadOf } from '../support/uploading';

jest.setTimeout(180_000);

const MIB = 1024 * 1024;
const PATIENCE = { timeoutMs: 30_000, intervalMs: 100 };
/** Nobody else may mount a disk that can be filled. */
const isRoot = process.getuid?.() === 0;

describe('files of a standalone that is killed', () => {
  let standalone: StandaloneProcess;
  let alice: RestClient;
  let roomId: string;

  beforeAll(async () => {
    standalone = await StandaloneProcess.start();
    alice = await RestClient.register(standalone.url, 'alice');
    ({ roomId } = await alice.createRoom({ kind: 'private', name: 'files' }));
  });
  afterAll(() => standalone.remove());

  const blobsOf = (attachmentId: string): number[] => {
    const folder = join(standalone.dataDir, 'files/attachments', attachmentId);
    return readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  };
  /** How far the work on an image is, as the directory has it. */
  const workOn = async (attachmentId: string): Promise<unknown> => {
    const sql = 'SELECT media, media_tries AS tries FROM attachments WHERE attachment_id = $1';
    return (await askPostgres(standalone.databaseUrl, sql, [attachmentId]))[0];
  };
  /** How jobs on images ended since the last start, by outcome. */
  const endedJobs = async (): Promise<Record<string, number>> => {
    const text = await (await fetch(`${standalone.url}/api/metrics`)).text();
    const lines = text.matchAll(/^agent_chat_media_job_duration_seconds_count\{outcome="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries([...lines].map(([, outcome, count]) => [outcome, Number(count)]));
  };
  const bytesOf = async (attachmentId: string): Promise<Buffer> =>
    Buffer.from(await (await download(alice, `${standalone.url}/api/v1/attachments/${attachmentId}`)).arrayBuffer());

  it('are whole: the official client goes on with an upload, three times, and nothing is left over', async () => {
    const bytes = randomBytes(40 * MIB);
    let sent = 0;
    const options = {
      chunkSize: 5 * MIB,
      retryDelays: Array.from({ length: 40 }, () => 500),
      onProgress: (bytesSent: number) => (sent = bytesSent),
    };
    const { upload: running, done } = uploadOf(alice, bytes, { roomId, name: 'large.bin', options });
    running.start();

    for (const kill of [1, 2, 3]) {
      await eventually(
        () => {
          expect(sent).toBeGreaterThan(kill * 8 * MIB);
        },
        { timeoutMs: 30_000, intervalMs: 1 },
      );
      await standalone.kill();
      await standalone.restart();
    }
    const attachmentId = await done;

    expect((await bytesOf(attachmentId)).equals(bytes)).toBe(true);
    expect(blobsOf(attachmentId).reduce((sum, size) => sum + size, 0)).toBe(bytes.length);
    const { body } = await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text: '', attachmentIds: [attachmentId] });
    expect(body).toMatchObject({ duplicate: false });
  });

  it('are made smaller although the process died while it worked on them, and once', async () => {
    const noise = await sharp({ create: { width: 4000, height: 3000, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 40 } } })
      .jpeg({ quality: 70 })
      .toBuffer();
    const attachmentId = await upload(alice, noise, { roomId, name: 'noise.jpg' });
    const clientMsgId = randomUUID();
    const first = await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId, text: '', attachmentIds: [attachmentId] });
    const working = await eventually(
      async () => {
        const [process_] = childrenOf(standalone.pid, 'image-maker.process');
        expect(process_).toBeDefined();
        expect(await workOn(attachmentId)).toEqual({ media: 'waiting', tries: 1 });
        return process_!;
      },
      { timeoutMs: 30_000 },
    );

    await standalone.kill();
    await standalone.restart();

    expect(await workOn(attachmentId)).toMatchObject({ media: 'waiting' });
    await eventually(() => expect(working.isThere()).toBe(false), { timeoutMs: 15_000 });
    expect(await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId, text: '', attachmentIds: [attachmentId] })).toMatchObject({
      body: { ...(first.body as object), duplicate: true },
    });
    const links = await eventually(
      async () => {
        const found = await linksOnceMade(alice, attachmentId);
        expect(found.media).toBe('done');
        return found;
      },
      { timeoutMs: 150_000, intervalMs: 1_000 },
    );
    expect(links.variants).toHaveLength(8);
    expect(blobsOf(attachmentId)).toHaveLength(8 + Math.ceil(noise.length / (4 * MIB)));
    expect(await workOn(attachmentId)).toEqual({ media: 'done', tries: 2 });
    await eventually(async () => expect(await endedJobs()).toEqual({ done: 1 }));
  });

  it('that nobody went on with in time are removed, though but the last hundredth was missing', async () => {
    const bytes = randomBytes(5 * MIB);
    const most = bytes.subarray(0, Math.floor(bytes.length * 0.99));
    const begun = await BareUpload.begin(alice, roomId, bytes.length);
    const { attachmentId } = begun;
    const folder = join(standalone.dataDir, 'files/attachments', attachmentId);
    expect((await begun.send(most)).status).toBe(204);
    expect((await begun.look()).headers.get('upload-offset')).toBe(String(most.length));
    expect(blobsOf(attachmentId).reduce((sum, size) => sum + size, 0)).toBe(most.length);

    // An hour is the shortest that ATTACHMENT_KEEP_HOURS can say.
    await askPostgres(standalone.databaseUrl, `UPDATE attachments SET expires_at = now() - interval '1 second' WHERE attachment_id = $1`, [attachmentId]);

    await eventually(() => expect(existsSync(folder)).toBe(false), { timeoutMs: 60_000, intervalMs: 250 });
    expect(readdirSync(join(standalone.dataDir, 'files/.incoming'))).toEqual([]);
    await eventually(async () => expect((await begun.look()).status).toBe(404));
    expect((await begun.send(bytes.subarray(most.length), most.length)).status).toBe(404);
    expect(existsSync(folder)).toBe(false);
  });

  it('are removed with their message, and what was begun and cancelled too', async () => {
    const attachmentId = await upload(alice, randomBytes(MIB), { roomId });
    const { body } = await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text: 'soon gone', attachmentIds: [attachmentId] });
    const begun = uploadOf(alice, randomBytes(6 * MIB), { roomId, options: { chunkSize: 5 * MIB, onChunkComplete: () => void begun.upload.abort() } });
    begun.upload.start();
    const begunId = await eventually(() => {
      const id = begun.upload.url?.split('/').at(-1) ?? '';
      expect(blobsOf(id).length).toBeGreaterThan(0);
      return id;
    });

    await alice.call('DELETE', `/rooms/${roomId}/messages/${(body as { messageId: string }).messageId}`);
    await begun.upload.abort(true);

    await eventually(
      () => {
        expect(readdirSync(join(standalone.dataDir, 'files/attachments'))).not.toEqual(expect.arrayContaining([attachmentId]));
        expect(readdirSync(join(standalone.dataDir, 'files/attachments'))).not.toEqual(expect.arrayContaining([begunId]));
      },
      { timeoutMs: 60_000, intervalMs: 500 },
    );
  });
});

if (isRoot) {
  describe('files of a standalone whose disk for them is full', () => {
    let disk: SmallDisk;
    let standalone: StandaloneProcess;
    let alice: RestClient;
    let client: AgentChatClient;
    let roomId: string;

    beforeAll(async () => {
      disk = SmallDisk.mount(40);
      standalone = await StandaloneProcess.start({}, [], (dataDir) => symlinkSync(disk.path, join(dataDir, 'files')));
      alice = await RestClient.register(standalone.url, 'alice');
      ({ roomId } = await alice.createRoom({ kind: 'private', name: 'full' }));
      client = createClient({ url: standalone.url });
      await client.login({ username: alice.credentials!.username, password: 'correct horse battery' });
    });
    afterAll(async () => {
      client.close();
      await standalone.remove();
      await disk.remove();
    });

    const post = async (attachmentIds: string[] = []): Promise<unknown> =>
      (await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text: 'while the disk is full', attachmentIds })).body;
    const at = (attachmentId: string): string => `${standalone.url}/api/v1/attachments/${attachmentId}`;
    const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    const digestAt = async (attachmentId: string): Promise<string> => digestOf(Buffer.from(await (await download(alice, at(attachmentId))).arrayBuffer()));
    const storedOf = (attachmentId: string): number => {
      const folder = join(disk.path, 'attachments', attachmentId);
      return existsSync(folder) ? readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) : 0;
    };

    it('are refused as what may be tried again, while messages and what is stored go on, and go on where they were once there is room', async () => {
      const before = randomBytes(2 * MIB);
      const beforeId = await upload(alice, before, { roomId });
      await post([beforeId]);
      writeFileSync(join(disk.path, 'others'), Buffer.alloc(24 * MIB, 1));
      const bytes = randomBytes(24 * MIB);
      const running = client.files.upload(roomId, new Blob([bytes]), { name: 'large.bin', sha256: digestOf(bytes) });
      await eventually(() => expect(running.getSnapshot().error).toBeDefined(), { timeoutMs: 30_000 });
      expect(running.getSnapshot()).toMatchObject({
        state: 'sending',
        error: { code: 'UNAVAILABLE', retryable: true, retryAfterMs: expect.any(Number) as number },
      });
      const { attachmentId = '' } = running.getSnapshot();

      disk.fill();
      const small = Buffer.from('a small one');
      const begun = await BareUpload.begin(alice, roomId, small.length);
      const refused = await begun.send(small);

      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await refused.json()).toMatchObject({ code: 'UNAVAILABLE', retryable: true, retryAfterMs: 5_000, detail: 'There is no space left for files' });
      expect((await begun.look()).headers.get('upload-offset')).toBe('0');
      await eventually(() => {
        expect(readdirSync(join(disk.path, '.incoming'))).toEqual([]);
        expect(storedOf(begun.attachmentId)).toBe(0);
        expect(storedOf(attachmentId)).toBe(running.getSnapshot().sentBytes);
      }, PATIENCE);
      expect(running.getSnapshot().sentBytes).toBeGreaterThan(0);
      expect(await post()).toMatchObject({ duplicate: false });
      expect((await alice.log(roomId)).at(-1)).toMatchObject({ data: { text: 'while the disk is full' } });
      expect(await digestAt(beforeId)).toBe(digestOf(before));
      expect((await fetch(`${standalone.url}/api/health/ready`)).status).toBe(200);
      expect(running.getSnapshot().state).toBe('sending');

      disk.free();
      rmSync(join(disk.path, 'others'));
      await expect(running.done).resolves.toMatchObject({ attachmentId, sizeBytes: bytes.length });
      expect(storedOf(attachmentId)).toBe(bytes.length);
      await post([attachmentId]);
      expect(await digestAt(attachmentId)).toBe(digestOf(bytes));
      await eventually(async () => expect((await begun.send(small)).status).toBe(204), PATIENCE);
      expect(await digestAt(begun.attachmentId)).toBe(digestOf(small));
    });
  });
}
