import { eventually } from '@agent-chat/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { RestClient } from '../support/rest-client';
import { StandaloneProcess } from '../support/standalone-process';
import { download, linksOnceMade, upload, uploadOf } from '../support/uploading';

jest.setTimeout(180_000);

const MIB = 1024 * 1024;

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

  it('are made smaller although the process died while it worked on them', async () => {
    const noise = await sharp({ create: { width: 4000, height: 3000, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 40 } } })
      .jpeg({ quality: 70 })
      .toBuffer();
    const attachmentId = await upload(alice, noise, { roomId, name: 'noise.jpg' });
    const clientMsgId = randomUUID();
    const first = await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId, text: '', attachmentIds: [attachmentId] });

    await standalone.kill();
    await standalone.restart();

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
