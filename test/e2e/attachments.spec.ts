import { eventually } from '@agent-chat/testing';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { RestClient, type RestFailure } from '../support/rest-client';
import { SocketClient } from '../support/socket-client';
import { startSystem } from '../support/start-system';
import { halfPicture, imageBomb } from '../support/test-pictures';
import { type TestedSystem } from '../support/tested-system';
import { download, linksOnceMade, linksTo, refusalOf, upload, uploadOf } from '../support/uploading';

jest.setTimeout(120_000);

interface Posted {
  readonly messageId: string;
  readonly seq: number;
  readonly duplicate: boolean;
}
interface Message {
  readonly messageId: string;
  readonly text?: string;
  readonly attachments: readonly { readonly attachmentId: string; readonly name: string; readonly type: string; readonly sizeBytes: number }[];
}

describe('files of messages', () => {
  let system: TestedSystem;
  let alice: RestClient;
  let bob: RestClient;
  let carol: RestClient;
  let roomId: string;

  beforeAll(async () => {
    system = await startSystem();
    [alice, bob, carol] = await Promise.all([
      RestClient.register(system.url, 'alice'),
      RestClient.register(system.otherUrl, 'bob'),
      RestClient.register(system.url, 'carol'),
    ]);
    ({ roomId } = await alice.createRoom({ kind: 'private', name: 'pictures', memberIds: [bob.userId] }));
  });
  afterAll(() => system.remove());

  const post = async (attachmentIds: string[], { text = 'look', clientMsgId = randomUUID(), person = alice, room = roomId } = {}): Promise<Posted> =>
    (await person.call('POST', `/rooms/${room}/messages`, { clientMsgId, text, attachmentIds })).body as Posted;
  const message = async (person: RestClient, messageId: string): Promise<Message> =>
    (await person.call('GET', `/rooms/${roomId}/messages/${messageId}`)).body as Message;
  const codeOf = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'accepted',
      (error: unknown) => (error as RestFailure).code,
    );
  const at = (attachmentId: string, variant = ''): string => `${system.url}/api/v1/attachments/${attachmentId}${variant}`;

  it('are uploaded, posted, seen live, in history and in the log, and downloaded by members', async () => {
    const bytes = randomBytes(9_000_000);
    const socket = await SocketClient.connect(bob);
    await socket.call('room.subscribe', { rooms: [{ roomId }] });
    const attachmentId = await upload(alice, bytes, { roomId, name: '../übung.bin', sha256: createHash('sha256').update(bytes).digest('hex') });

    const { messageId, seq } = await post([attachmentId], { text: '' });

    const attachments = [{ attachmentId, name: 'übung.bin', type: 'application/octet-stream', sizeBytes: bytes.length }];
    expect(await message(bob, messageId)).toMatchObject({ text: '', attachments });
    expect((await bob.log(roomId)).find((event) => event.seq === seq)).toMatchObject({ data: { attachments } });
    await eventually(() => {
      expect(socket.events.find((event) => event.seq === seq)).toMatchObject({ data: { attachments } });
    });
    socket.close();
    const answer = await download(bob, at(attachmentId));
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="_bung.bin"; filename*=UTF-8''%C3%BCbung.bin`,
      'content-security-policy': expect.stringContaining('sandbox') as string,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=31536000, immutable',
      'accept-ranges': 'bytes',
    });
  });

  it('are seen by nobody but their uploader before, by nobody outside the room after, and by nobody once the message is deleted', async () => {
    const attachmentId = await upload(alice, Buffer.from('a secret'), { roomId });
    const status = async (person: RestClient | undefined): Promise<number> => (await download(person, at(attachmentId))).status;
    expect([await status(alice), await status(bob), await status(carol), await status(undefined)]).toEqual([200, 404, 404, 401]);

    const { messageId } = await post([attachmentId]);
    expect([await status(alice), await status(bob), await status(carol)]).toEqual([200, 200, 404]);
    expect(await linksTo(carol, [attachmentId])).toEqual([]);
    const [links] = await linksTo(bob, [attachmentId]);
    expect((await download(undefined, `${system.url}${links!.url}`)).status).toBe(200);

    await alice.call('DELETE', `/rooms/${roomId}/messages/${messageId}`);
    expect([await status(alice), await status(bob)]).toEqual([404, 404]);
    expect((await message(bob, messageId)).attachments).toEqual([]);
    expect(JSON.stringify(await bob.log(roomId))).not.toContain(attachmentId);
    await eventually(async () => {
      expect((await download(undefined, `${system.url}${links!.url}`)).status).toBe(404);
    });
  });

  it('are named in lists of rooms as long as their message is the newest one and is there', async () => {
    const { roomId: room } = await alice.createRoom({ kind: 'private', name: 'named', memberIds: [bob.userId] });
    const ids = [await upload(alice, Buffer.from('one'), { roomId: room, name: 'plan.txt' }), await upload(alice, Buffer.from('two'), { roomId: room })];
    const listed = async (): Promise<object | undefined> => {
      const { items } = (await bob.call('GET', '/rooms')).body as { readonly items: readonly { readonly roomId: string; readonly lastMessage?: object }[] };
      const [asked, found] = [(await bob.call('GET', `/rooms/${room}`)).body, items.find(({ roomId: id }) => id === room)];
      expect(asked).toEqual(found);
      return found?.lastMessage;
    };

    const { messageId } = await post(ids, { text: '', room });
    const first = { attachmentId: ids[0], name: 'plan.txt', type: 'text/plain', sizeBytes: 3 };
    await eventually(async () => expect(await listed()).toMatchObject({ messageId, preview: '', files: { count: 2, first } }), { timeoutMs: 15_000 });

    await alice.call('DELETE', `/rooms/${room}/messages/${messageId}`);
    await eventually(async () => expect(await listed()).toMatchObject({ messageId, deletedAt: expect.any(String) as string }), { timeoutMs: 15_000 });
    expect(JSON.stringify(await listed())).not.toMatch(/files|plan/);
  });

  it('come by links that expire and can not be made up', async () => {
    const attachmentId = await upload(alice, Buffer.from('text'), { roomId });
    const [links] = await linksTo(alice, [attachmentId]);
    const url = new URL(links!.url, system.url);
    const changed = (name: string, value: string): string => {
      const other = new URL(url);
      other.searchParams.set(name, value);
      return other.href;
    };

    expect((await download(undefined, url.href)).status).toBe(200);
    expect((await download(undefined, changed('until', String(Date.now() - 1)))).status).toBe(401);
    expect((await download(undefined, changed('until', String(Date.now() + 86_400_000)))).status).toBe(401);
    expect(await download(undefined, changed('until', 'Infinity'))).toMatchObject({ status: 401 });
    expect((await download(undefined, changed('signature', 'x'))).status).toBe(401);
    expect((await download(undefined, url.href.replace(attachmentId, randomUUID()))).status).toBe(401);
  });

  it('are served in ranges, and not again to who has them', async () => {
    const bytes = randomBytes(5_000_000);
    const attachmentId = await upload(alice, bytes, { roomId });
    const ask = async (headers: Record<string, string>): Promise<Response> => download(alice, at(attachmentId), headers);
    const whole = await ask({});
    const tag = whole.headers.get('etag')!;
    expect(tag).toMatch(/^"[0-9a-f]{32}"$/);

    const middle = await ask({ range: 'bytes=4194300-4194310' });
    expect([middle.status, middle.headers.get('content-range'), middle.headers.get('content-length')]).toEqual([206, 'bytes 4194300-4194310/5000000', '11']);
    expect(Buffer.from(await middle.arrayBuffer()).equals(bytes.subarray(4_194_300, 4_194_311))).toBe(true);
    expect(Buffer.from(await (await ask({ range: 'bytes=-3' })).arrayBuffer()).equals(bytes.subarray(-3))).toBe(true);
    const beyond = await ask({ range: 'bytes=5000000-' });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */5000000']);
    expect((await ask({ range: 'bytes=0-0', 'if-range': tag })).status).toBe(206);
    expect((await ask({ range: 'bytes=0-0', 'if-range': '"other"' })).status).toBe(200);
    expect((await ask({ 'if-none-match': tag })).status).toBe(304);
    expect((await ask({ 'if-none-match': '"other"' })).status).toBe(200);
    const head = await fetch(at(attachmentId), { method: 'HEAD', headers: { authorization: `Bearer ${alice.credentials!.accessToken}` } });
    expect([head.status, head.headers.get('content-length'), head.headers.get('etag')]).toEqual([200, '5000000', tag]);
  });

  it('of which one is posted once, however often its post is repeated', async () => {
    const attachmentId = await upload(alice, Buffer.from('once'), { roomId });
    const clientMsgId = randomUUID();
    const first = await post([attachmentId], { clientMsgId });

    expect(await post([attachmentId], { clientMsgId })).toEqual({ ...first, duplicate: true });
    expect(await codeOf(post([attachmentId]))).toBe('ATTACHMENT_IN_USE');
    expect(await codeOf(post([], { clientMsgId }))).toBe('IDEMPOTENCY_CONFLICT');
    await alice.call('DELETE', `/rooms/${roomId}/messages/${first.messageId}`);
    expect(await post([attachmentId], { clientMsgId })).toEqual({ ...first, duplicate: true });
    expect(await codeOf(post([attachmentId]))).toBe('ATTACHMENT_IN_USE');
  });

  it('of which a post takes only complete ones of its author for its room', async () => {
    const own = await upload(alice, Buffer.from('mine'), { roomId });
    const other = await alice.createRoom({ kind: 'private', name: 'elsewhere', memberIds: [bob.userId] });
    const begun = uploadOf(alice, randomBytes(1_000), { roomId, options: { uploadSize: 2_000 } });
    begun.done.catch(() => undefined);
    begun.upload.start();
    const begunId = await eventually(() => {
      expect(begun.upload.url).toBeTruthy();
      return begun.upload.url!.split('/').at(-1)!;
    });

    expect(await codeOf(post([randomUUID()]))).toBe('ATTACHMENT_NOT_FOUND');
    expect(await codeOf(post([begunId]))).toBe('ATTACHMENT_NOT_FOUND');
    expect(await codeOf(post([own], { person: bob }))).toBe('ATTACHMENT_NOT_FOUND');
    expect(await codeOf(post([own], { room: other.roomId }))).toBe('ATTACHMENT_NOT_FOUND');
    expect(await codeOf(post([own, own]))).toBe('VALIDATION_FAILED');
    expect(await codeOf(post(['no-id']))).toBe('VALIDATION_FAILED');
    expect(await codeOf(post([], { text: '' }))).toBe('VALIDATION_FAILED');
    await begun.upload.abort(true);
    expect((await message(alice, (await post([own])).messageId)).attachments).toMatchObject([{ attachmentId: own }]);
  });

  it('are posted over a socket, in order with the posts around them', async () => {
    const socket = await SocketClient.connect(alice);
    const attachmentId = await upload(alice, Buffer.from('over a socket'), { roomId });

    const answers = await Promise.all(
      [[], [attachmentId], []].map((attachmentIds, n) => socket.call('message.post', { roomId, clientMsgId: randomUUID(), text: `post ${n}`, attachmentIds })),
    );

    const seqs = answers.map((answer) => (answer as unknown as Posted).seq);
    expect(seqs).toEqual([...seqs].sort((one, other) => one - other));
    socket.close();
  });

  it('are made smaller, the right way up and without what a camera wrote', async () => {
    const rotated = await sharp({ create: { width: 1500, height: 1000, channels: 3, background: '#336699' } })
      .jpeg()
      .withExif({ IFD0: { Copyright: 'somebody', Model: 'a camera' } })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const attachmentId = await upload(alice, rotated, { roomId, name: 'not-a-picture.txt' });
    const { messageId } = await post([attachmentId]);
    expect((await message(bob, messageId)).attachments).toEqual([
      { attachmentId, name: 'not-a-picture.txt', type: 'image/jpeg', sizeBytes: rotated.length, width: 1000, height: 1500 },
    ]);

    const { media, placeholder, variants } = await linksOnceMade(bob, attachmentId);

    expect(media).toBe('done');
    expect(placeholder).toMatch(/^data:image\/webp;base64,/);
    expect(variants.map(({ name, width, height }) => [name, width, height])).toEqual([
      ['thumbnail.webp', 213, 320],
      ['thumbnail.jpg', 213, 320],
      ['640.webp', 427, 640],
      ['640.avif', 427, 640],
      ['1280.webp', 853, 1280],
      ['1280.avif', 853, 1280],
      ['2048.webp', 1000, 1500],
      ['2048.avif', 1000, 1500],
    ]);
    for (const { url, type } of variants) {
      const answer = await download(undefined, `${system.url}${url}`);
      const bytes = Buffer.from(await answer.arrayBuffer());
      const read = await sharp(bytes).metadata();
      expect([answer.headers.get('content-type'), read.exif, read.orientation]).toEqual([type, undefined, undefined]);
      expect(bytes.includes('somebody')).toBe(false);
    }
    expect((await download(bob, at(attachmentId, '/thumbnail.webp'))).status).toBe(200);
    expect((await download(bob, at(attachmentId, '/no-such-thing'))).status).toBe(404);
    expect((await download(carol, at(attachmentId, '/thumbnail.webp'))).status).toBe(404);
  });

  it('never run: what is markup or a script is downloaded, whatever it is called', async () => {
    const hostile = {
      'page.html': '<!doctype html><script>alert(1)</script>',
      'picture.png': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
      'drawing.svg': '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
      'script.js': 'alert(1)',
    };
    for (const [name, text] of Object.entries(hostile)) {
      const attachmentId = await upload(alice, Buffer.from(text), { roomId, name });
      const { headers } = await download(alice, at(attachmentId));
      expect(headers.get('content-disposition')).toMatch(/^attachment;/);
      expect(headers.get('content-type')).not.toMatch(/html|svg|script|xml/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain('sandbox');
    }
    const polyglot = Buffer.concat([Buffer.from('GIF89a'), Buffer.from('=1;/*'), Buffer.from('*/alert(1)')]);
    const attachmentId = await upload(alice, polyglot, { roomId, name: 'a.gif' });
    expect((await download(alice, at(attachmentId))).headers.get('content-disposition')).toMatch(/^attachment;/);
  });

  it('are refused when they are too large, empty, programs, bombs, damaged, or for a room that is not theirs', async () => {
    const refused = async (bytes: Buffer, more: object = {}): Promise<string> => {
      const { status, code } = await refusalOf(upload(alice, bytes, { roomId, ...more }));
      return `${status} ${code}`;
    };

    expect(await refused(Buffer.alloc(10), { options: { uploadSize: 200 * 1024 * 1024 } })).toBe('413 FILE_TOO_LARGE');
    expect(await refused(Buffer.alloc(0))).toBe('400 FILE_REFUSED');
    expect(await refused(Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(100)]), { name: 'photo.jpg' })).toBe('400 FILE_REFUSED');
    expect(await refused(await imageBomb())).toBe('400 FILE_REFUSED');
    expect(await refused(Buffer.from('x'), { sha256: '0'.repeat(64) })).toBe('400 CHECKSUM_MISMATCH');
    expect(await refused(Buffer.from('x'), { sha256: 'short' })).toBe('400 VALIDATION_FAILED');
    expect(await refused(Buffer.from('x'), { roomId: 'no-room' })).toBe('400 VALIDATION_FAILED');
    expect(await refused(Buffer.from('x'), { roomId: randomUUID() })).toBe('404 ROOM_NOT_FOUND');
    expect(await refusalOf(upload(carol, Buffer.from('x'), { roomId }))).toEqual({ status: 404, code: 'ROOM_NOT_FOUND' });
  });

  it('that look like images and are none are kept as files', async () => {
    const truncated = await halfPicture();
    const attachmentId = await upload(alice, truncated, { roomId, name: 'half.jpg' });

    const { media, variants } = await linksOnceMade(alice, attachmentId);

    expect([media, variants]).toEqual(['failed', []]);
    expect((await download(alice, at(attachmentId, '/thumbnail.webp'))).status).toBe(404);
    expect(Buffer.from(await (await download(alice, at(attachmentId))).arrayBuffer()).equals(truncated)).toBe(true);
  });
});
