import { eventually } from '@agent-chat/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { askPostgres } from '../support/ask-postgres';
import { FaultyCluster } from '../support/cluster-faults';
import { RestClient, RestFailure } from '../support/rest-client';
import { download, linksOnceMade, linksTo, upload, uploadOf } from '../support/uploading';

jest.setTimeout(300_000);

const MIB = 1024 * 1024;
const PATIENCE = { timeoutMs: 90_000, intervalMs: 500 };

describe('files of a cluster whose parts die', () => {
  let cluster: FaultyCluster;
  let alice: RestClient;
  let roomId: string;

  beforeAll(async () => {
    cluster = await FaultyCluster.start({ env: { S3_REQUEST_TIMEOUT_MS: '2000' } });
    alice = await RestClient.register(cluster.url, 'alice');
    ({ roomId } = await alice.createRoom({ kind: 'private', name: 'files' }));
  });
  afterAll(() => cluster.stop());

  const post = async (attachmentIds: string[], text = ''): Promise<unknown> =>
    (await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text, attachmentIds })).body;
  const bytesOf = async (attachmentId: string): Promise<Buffer> =>
    Buffer.from(await (await download(alice, `${cluster.url}/api/v1/attachments/${attachmentId}`)).arrayBuffer());
  /** How often work on an image has begun. */
  const tries = async (attachmentId: string): Promise<number | undefined> => {
    const sql = 'SELECT media_tries AS tries FROM attachments WHERE attachment_id = $1';
    return (await askPostgres<{ tries: number }>(cluster.settings['DATABASE_URL'] ?? '', sql, [attachmentId]))[0]?.tries;
  };
  const patient = { chunkSize: 5 * MIB, retryDelays: Array.from({ length: 100 }, () => 500) };
  const picture = async (side: number): Promise<Buffer> =>
    sharp({ create: { width: side, height: side, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 40 } } })
      .jpeg({ quality: 70 })
      .toBuffer();

  it.each(['storage-1', 's3', 'gateway-1'])('an upload goes on after kill -9 of %s', async (name) => {
    const bytes = randomBytes(30 * MIB);
    let sent = 0;
    const { upload: running, done } = uploadOf(alice, bytes, { roomId, options: { ...patient, onProgress: (now) => (sent = now) } });
    running.start();
    await eventually(
      () => {
        expect(sent).toBeGreaterThan(8 * MIB);
      },
      { ...PATIENCE, intervalMs: 1 },
    );

    await cluster.node(name).kill();
    await cluster.node(name).restart();
    const attachmentId = await done;

    expect((await eventually(() => bytesOf(attachmentId), PATIENCE)).equals(bytes)).toBe(true);
  });

  it('an image is worked on although its worker was killed in the middle', async () => {
    const attachmentId = await upload(alice, await picture(5_000), { roomId });
    await eventually(async () => {
      expect(await tries(attachmentId)).toBe(1);
    }, PATIENCE);
    await cluster.node('worker-1').kill();
    expect((await linksTo(alice, [attachmentId]))[0]?.media).toBe('waiting');
    await post([attachmentId]);

    await cluster.node('worker-1').restart();

    await eventually(
      async () => {
        expect((await linksOnceMade(alice, attachmentId)).media).toBe('done');
      },
      { timeoutMs: 240_000, intervalMs: 1_000 },
    );
    expect(await tries(attachmentId)).toBe(2);
  });

  it('without storage posts go on, but for those with files, which are refused as what may be tried again', async () => {
    const attachmentId = await upload(alice, Buffer.from('before'), { roomId });
    await cluster.node('storage-1').kill();

    await post([], 'without a file');
    const refused = await post([attachmentId]).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(RestFailure);
    expect((refused as RestFailure).body).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect((await download(alice, `${cluster.url}/api/v1/attachments/${attachmentId}`)).status).toBe(503);

    await cluster.node('storage-1').restart();
    await eventually(() => post([attachmentId]), PATIENCE);
  });

  it('without S3 posts of what is uploaded go on, and uploads and downloads are refused as what may be tried again', async () => {
    const attachmentId = await upload(alice, Buffer.from('before'), { roomId });
    await cluster.node('s3').kill();

    await post([attachmentId]);
    expect((await download(alice, `${cluster.url}/api/v1/attachments/${attachmentId}`)).status).toBe(503);
    await expect(upload(alice, Buffer.from('meanwhile'), { roomId })).rejects.toMatchObject({ message: expect.stringContaining('503') as string });

    await cluster.node('s3').restart();
    await eventually(async () => {
      expect(await bytesOf(attachmentId)).toEqual(Buffer.from('before'));
    }, PATIENCE);
  });

  it('an image is worked on although Redis was away when its job was to be queued', async () => {
    await cluster.node('redis').kill();
    const attachmentId = await upload(alice, await picture(600), { roomId });
    expect((await linksTo(alice, [attachmentId]))[0]?.media).toBe('waiting');

    await cluster.node('redis').restart();

    await eventually(
      async () => {
        expect((await linksTo(alice, [attachmentId]))[0]?.media).toBe('done');
      },
      { timeoutMs: 240_000, intervalMs: 1_000 },
    );
  });
});
