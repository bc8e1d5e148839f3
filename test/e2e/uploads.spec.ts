import { eventually } from '@agent-chat/testing';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { createClient } from '@agent-chat/client';
import { RestClient } from '../support/rest-client';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { download, slowly, upload } from '../support/uploading';

jest.setTimeout(180_000);

describe('uploads', () => {
  let system: TestedSystem;
  let alice: RestClient;
  let roomId: string;

  beforeAll(async () => {
    system = await startSystem();
    alice = await RestClient.register(system.url, 'alice');
    ({ roomId } = await alice.createRoom({ kind: 'private', name: 'files' }));
  });
  afterAll(() => system.remove());

  const call = async (method: string, path: string, headers: Record<string, string> = {}, body?: Buffer, person: RestClient = alice): Promise<Response> =>
    fetch(path.startsWith('http') ? path : `${system.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${person.credentials!.accessToken}`, 'tus-resumable': '1.0.0', ...headers },
      ...(body === undefined ? {} : { body }),
    });
  const metadata = (values: Record<string, string>): string =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
      .join(',');
  const begin = async (sizeBytes: number): Promise<string> => {
    const answer = await call('POST', '/api/v1/uploads', { 'upload-length': String(sizeBytes), 'upload-metadata': metadata({ roomId, filename: 'a.bin' }) });
    expect(answer.status).toBe(201);
    return answer.headers.get('location')!;
  };
  const offsetOf = async (path: string): Promise<number> => Number((await call('HEAD', path)).headers.get('upload-offset'));
  const OCTETS = { 'content-type': 'application/offset+octet-stream' };

  it('say what the server can, to anybody who is signed in', async () => {
    const answer = await call('OPTIONS', '/api/v1/uploads');

    expect(answer.status).toBe(204);
    expect(answer.headers.get('tus-version')).toBe('1.0.0');
    expect(answer.headers.get('tus-extension')).toBe('creation,creation-with-upload,termination');
    expect(answer.headers.get('tus-max-size')).toMatch(/^\d+$/);
    expect((await fetch(`${system.url}/api/v1/uploads`, { method: 'POST' })).status).toBe(401);
  });

  it('go on where they were cut, with what had arrived', async () => {
    const bytes = randomBytes(1_500_000);
    const path = await begin(bytes.length);
    const { hostname, port } = new URL(system.url);
    const socket = connect(Number(port), hostname);
    const head = [
      `PATCH ${path} HTTP/1.1`,
      `Host: ${hostname}`,
      `Authorization: Bearer ${alice.credentials!.accessToken}`,
      ...['Tus-Resumable: 1.0.0', 'Upload-Offset: 0', 'Content-Type: application/offset+octet-stream', `Content-Length: ${bytes.length}`],
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(bytes.subarray(0, 700_000), () => setTimeout(() => socket.destroy(), 300));

    const offset = await eventually(async () => {
      const now = await offsetOf(path);
      expect(now).toBeGreaterThan(0);
      return now;
    });
    expect(offset).toBeLessThanOrEqual(700_000);
    const answer = await call('PATCH', path, { ...OCTETS, 'upload-offset': String(offset) }, bytes.subarray(offset));

    expect([answer.status, answer.headers.get('upload-offset')]).toEqual([204, String(bytes.length)]);
    const whole = Buffer.from(await (await download(alice, `${system.url}/api/v1/attachments/${path.split('/').at(-1)!}`)).arrayBuffer());
    expect(whole.equals(bytes)).toBe(true);
  });

  it('take no byte twice, and none at the wrong place', async () => {
    const path = await begin(10);

    expect((await call('PATCH', path, { ...OCTETS, 'upload-offset': '5' }, Buffer.from('56789'))).status).toBe(409);
    const answers = await Promise.all(['first', 'other'].map((text) => call('PATCH', path, { ...OCTETS, 'upload-offset': '0' }, Buffer.from(text))));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    expect(await offsetOf(path)).toBe(5);
    expect((await call('PATCH', path, { ...OCTETS, 'upload-offset': '5' }, Buffer.from('more than fits'))).status).toBe(413);
    expect((await call('PATCH', path, { 'content-type': 'text/plain', 'upload-offset': '5' }, Buffer.from('56789'))).status).toBeGreaterThanOrEqual(400);
    expect((await call('PATCH', path, { ...OCTETS, 'upload-offset': '5' }, Buffer.from('56789'))).status).toBe(204);
  });

  it("are their uploader's alone, and can be cancelled", async () => {
    const path = await begin(10);
    const bob = await RestClient.register(system.url, 'bob');

    expect((await call('HEAD', path, {}, undefined, bob)).status).toBe(404);
    expect((await call('PATCH', path, { ...OCTETS, 'upload-offset': '0' }, Buffer.from('01234'), bob)).status).toBe(404);
    expect((await call('DELETE', path, {}, undefined, bob)).status).toBe(404);
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('PATCH', path, { ...OCTETS, 'upload-offset': '0' }, Buffer.from('01234'))).status).toBeGreaterThanOrEqual(400);
    await eventually(
      async () => {
        expect((await call('HEAD', path)).status).toBe(404);
      },
      { timeoutMs: 60_000 },
    );
  });

  it.each([
    ['/api/v1/uploads/../rooms', 'GET'],
    ['/api/v1/uploads/%2e%2e%2fx', 'HEAD'],
    ['/api/v1/uploads/no-id', 'HEAD'],
    ['/api/v1/uploads/0190a6b2-7c1e-7a3d-8f00-0000000000f1', 'HEAD'],
    ['/api/v1/uploads/0190a6b2-7c1e-7a3d-8f00-0000000000f1', 'GET'],
  ])('are not at %s (%s)', async (path, method) => {
    const { status } = await call(method, path);
    expect(status).toBe(path.includes('rooms') ? 200 : 404);
  });

  it.each([
    ['no length', { 'upload-metadata': 'x' }],
    ['a length that is none', { 'upload-length': '-1' }],
    ['a length later', { 'upload-defer-length': '1' }],
    ['broken metadata', { 'upload-length': '1', 'upload-metadata': 'roomId !!!' }],
    ['another version of the protocol', { 'upload-length': '1', 'tus-resumable': '0.2.0' }],
  ])('are refused with %s', async (_, headers) => {
    const { status } = await call('POST', '/api/v1/uploads', headers);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  it('are refused above the number that one person may have under way', async () => {
    const carol = await RestClient.register(system.url, 'carol');
    const room = await carol.createRoom({ kind: 'private', name: 'many' });
    const wanted = { 'upload-length': '5', 'upload-metadata': metadata({ roomId: room.roomId }) };

    const statuses = await Promise.all(Array.from({ length: 25 }, async () => (await call('POST', '/api/v1/uploads', wanted, undefined, carol)).status));

    expect(statuses.filter((status) => status === 201)).toHaveLength(20);
    expect(statuses.filter((status) => status === 409)).toHaveLength(5);
  });

  it('run many at once', async () => {
    const files = Array.from({ length: 12 }, () => randomBytes(600_000));

    const ids = await Promise.all(files.map((bytes) => upload(alice, bytes, { roomId, options: { chunkSize: 200_000 } })));
    const { body } = await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text: '', attachmentIds: ids.slice(0, 10) });

    expect(body).toMatchObject({ duplicate: false });
    const back = await Promise.all(ids.map(async (id) => Buffer.from(await (await download(alice, `${system.url}/api/v1/attachments/${id}`)).arrayBuffer())));
    expect(back.every((bytes, at) => bytes.equals(files[at]!))).toBe(true);
  });

  it('by the SDK show their progress, go on after a reload, can be cancelled, and are posted', async () => {
    const client = createClient({ url: system.url });
    const { username } = await client.register({ username: `dora-${randomUUID().slice(0, 8)}`, password: 'correct horse battery' });
    const room = await client.rooms.create({ kind: 'private', name: 'sdk' });
    const bytes = randomBytes(5_000_000);
    const seen: number[] = [];

    const first = client.files.upload(room.roomId, new Blob([bytes]), { name: `${username}.bin`, sha256: createHash('sha256').update(bytes).digest('hex') });
    first.subscribe(() => seen.push(first.getSnapshot().sentBytes));
    const attachment = await first.done;
    expect(attachment).toEqual({
      attachmentId: first.getSnapshot().attachmentId,
      name: `${username}.bin`,
      type: 'application/octet-stream',
      sizeBytes: bytes.length,
    });
    expect(seen).toEqual([...seen].sort((one, other) => one - other));
    expect(new Set(seen).size).toBeGreaterThan(2);
    expect(first.getSnapshot()).toMatchObject({ state: 'done', sentBytes: bytes.length });

    const cut = client.files.upload(room.roomId, new Blob([bytes]), { name: 'cut.bin' });
    await eventually(() => {
      expect(cut.getSnapshot().sentBytes).toBeGreaterThan(0);
    });
    const resumed = client.files.upload(room.roomId, new Blob([bytes]), { name: 'cut.bin', resume: cut.getSnapshot().attachmentId });
    await expect(resumed.done).resolves.toMatchObject({ sizeBytes: bytes.length });

    const unwanted = client.files.upload(room.roomId, new Blob([bytes]), { name: 'unwanted.bin' });
    await eventually(() => {
      expect(unwanted.getSnapshot().attachmentId).toBeDefined();
    });
    await unwanted.cancel();
    await expect(unwanted.done).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(unwanted.getSnapshot().state).toBe('cancelled');

    const { messageId } = await client.room(room.roomId).send({ text: '', attachments: [attachment] }).stored;
    expect((await client.messages.get(room.roomId, messageId)).attachments).toEqual([attachment]);
    const [links] = await client.files.links([attachment.attachmentId]);
    expect(Buffer.from(await (await fetch(links!.url)).arrayBuffer()).equals(bytes)).toBe(true);
    client.close();
  });

  it('may take long', async () => {
    const bytes = randomBytes(400_000);
    const path = await begin(bytes.length);
    const answer = await fetch(`${system.url}${path}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${alice.credentials!.accessToken}`, 'tus-resumable': '1.0.0', 'upload-offset': '0', ...OCTETS },
      body: slowly(bytes, 10_000, 1_000),
      duplex: 'half',
    });

    expect(answer.status).toBe(204);
  });
});
