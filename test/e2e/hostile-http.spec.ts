import { createHmac, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { exchange, tell } from '../support/bare-http';
import { RestClient, RestFailure } from '../support/rest-client';
import { StandaloneProcess } from '../support/standalone-process';

const MB = 1024 * 1024;

jest.setTimeout(120_000);

let standalone: StandaloneProcess;
let alice: RestClient;
let roomId: string;

beforeAll(async () => {
  standalone = await StandaloneProcess.start();
  alice = await RestClient.register(standalone.url, 'alice');
  ({ roomId } = await alice.createRoom({ kind: 'private', name: 'strange' }));
});
afterAll(() => standalone.remove());

/** Whatever came: nothing was told of the inside, nobody called it a failure of the server, and the server is well. */
afterEach(async () => {
  expect(standalone.printed).not.toMatch(/"level":"(error|fatal)"/);
  expect((await fetch(`${standalone.url}/api/health/ready`)).status).toBe(200);
});

describe('strange bodies', () => {
  const messages = (): string => `/rooms/${roomId}/messages`;
  const bodyOf = (text: string): string => JSON.stringify({ clientMsgId: randomUUID(), text });

  it.each([
    ['no object', 'null', 'MALFORMED_REQUEST'],
    ['a number', '5', 'MALFORMED_REQUEST'],
    ['an array', '[]', 'VALIDATION_FAILED'],
    ['half of one', '{', 'MALFORMED_REQUEST'],
    ['60,000 levels', '['.repeat(60_000), 'MALFORMED_REQUEST'],
    ['a text of 1 MB', bodyOf('x'.repeat(MB)), 'FRAME_TOO_LARGE'],
    ['a text of 8,001 characters', bodyOf('🦓'.repeat(8_001)), 'VALIDATION_FAILED'],
    ['a NUL', bodyOf('a\0b'), 'VALIDATION_FAILED'],
    ['a lone surrogate', '{"clientMsgId":"z","text":"\\ud800"}', 'VALIDATION_FAILED'],
    ['white space alone', bodyOf('\u2003\ufeff\n'), 'VALIDATION_FAILED'],
    ['wrong types', '{"clientMsgId":{},"text":["a"]}', 'VALIDATION_FAILED'],
    ['a prototype in place of fields', '{"__proto__":{"clientMsgId":"a","text":"b"}}', 'VALIDATION_FAILED'],
  ])('are refused: %s', async (_name, body, code) => {
    expect((await tell(alice, 'POST', messages(), body)).code).toBe(code);
  });

  it.each(['text/plain', '', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json; charset=nonsense'])(
    'are refused as %p',
    async (contentType) => {
      expect((await tell(alice, 'POST', messages(), '{"clientMsgId":"a","text":"b"}', { 'content-type': contentType })).code).toBe('MALFORMED_REQUEST');
    },
  );

  it('that unpack to 100 MB are refused before they are unpacked', async () => {
    const plain = Buffer.alloc(100 * MB, ' ');
    const bombs = { gzip: gzipSync(plain), deflate: deflateSync(plain), br: brotliCompressSync(plain) };
    const before = standalone.residentBytes;
    for (let round = 0; round < 5; round++)
      for (const [encoding, bomb] of Object.entries(bombs))
        expect(await tell(alice, 'POST', messages(), bomb, { 'content-encoding': encoding })).toMatchObject({ status: 413, code: 'FRAME_TOO_LARGE' });
    expect(standalone.residentBytes - before).toBeLessThan(60 * MB);
    for (const encoding of ['gzip', 'br', 'nonsense', 'gzip, gzip'])
      expect(await tell(alice, 'POST', messages(), 'not packed at all', { 'content-encoding': encoding })).toMatchObject({ code: 'MALFORMED_REQUEST' });
  });

  it.each(['', 'a b', 'x'.repeat(65), '{}', 'a,b', '\u00e9'])('are refused under key %#', async (key) => {
    expect(await tell(alice, 'PATCH', `/rooms/${roomId}`, '{"topic":"t"}', { 'idempotency-key': key })).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it.each([
    ['a thousand mentions of all', '<@room>'.repeat(1_142)],
    ['two hundred mentions of nobody', Array.from({ length: 200 }, () => `<@${randomUUID()}>`).join('')],
    ['four thousand beginnings of a mention', '<@'.repeat(4_000)],
    ['stars', '*'.repeat(8_000)],
    ['back-ticks', '`'.repeat(8_000)],
    ['brackets', '['.repeat(8_000)],
    ['a letter below 7,999 accents', `a${'\u0301'.repeat(7_999)}`],
    ['a thousand addresses', 'http://'.repeat(1_000)],
    ['one word', 'a'.repeat(8_000)],
    ['what turns text around', 'a' + '\u202e'.repeat(7_999)],
    ['what is no character', '\uffff\ufffe\u0001\u200b'],
  ])('are stored in no time and found again: %s', async (_name, text) => {
    const startedAt = performance.now();
    expect(await tell(alice, 'POST', messages(), bodyOf(text))).toMatchObject({ status: 201 });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    const { body } = await alice.call('GET', `${messages()}?limit=1`);
    expect((body as { items: { text: string }[] }).items[0]?.text).toBe(text);
  });

  it('about oneself never hold what the database refuses', async () => {
    for (const avatarUrl of ['https://x/\u0000', 'https://x/\ud800', 'https://x/a b', 'https://x/"><script>']) {
      const { text } = await tell(alice, 'PATCH', '/users/me', JSON.stringify({ avatarUrl }));
      for (const refused of ['\0', '\ufffd', '<', '\\u0000']) expect(text).not.toContain(refused);
    }
    for (const change of [
      { avatarUrl: 'javascript:alert(1)' },
      { avatarUrl: 'https://a\u0000b/' },
      { displayName: '\u0000' },
      { displayName: '\ud800' },
      { displayName: '\n' },
    ])
      expect(await tell(alice, 'PATCH', '/users/me', JSON.stringify(change))).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('conflict when their key was used for other content', async () => {
    await alice.call('POST', messages(), { clientMsgId: 'conflict', text: 'one' });
    expect(await tell(alice, 'POST', messages(), '{"clientMsgId":"conflict","text":"two"}')).toMatchObject({ status: 409, code: 'IDEMPOTENCY_CONFLICT' });
  });
});

describe('strange HTTP', () => {
  const head = (): string => `Host: x\r\nAuthorization: Bearer ${alice.credentials?.accessToken ?? ''}\r\n`;

  it('is refused by the first line that is wrong', async () => {
    // Above the limit of 16 KB, yet small enough to be read whole: bytes that nobody has read would turn the answer into a reset.
    expect(await exchange(standalone.url, `GET /api/v1/rooms HTTP/1.1\r\n${head()}X: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431/);
    expect(await exchange(standalone.url, `GET /api/v1/rooms HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400/);
    expect(await exchange(standalone.url, `POST /api/v1/rooms HTTP/1.1\r\n${head()}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX`)).toMatch(
      /^HTTP\/1\.1 400/,
    );
    expect(await exchange(standalone.url, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
    expect(await exchange(standalone.url, `GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n${head()}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400/);
    expect(
      await exchange(standalone.url, `GET /elsewhere HTTP/1.1\r\n${head()}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n`),
    ).toBe('');
  });

  it('that comes a byte at a time is ended, and nobody waits for it', async () => {
    const port = Number(new URL(standalone.url).port);
    const slow = Array.from({ length: 200 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    const drip = setInterval(() => slow.forEach((socket) => socket.writable && socket.write('x')), 500);
    for (const socket of slow) socket.write('GET /api/v1/rooms HTTP/1.1\r\nX: ');
    const startedAt = performance.now();
    await alice.call('GET', '/users/me');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await Promise.all(slow.map((socket) => new Promise((resolve) => (socket.destroyed ? resolve(true) : socket.once('close', resolve)))));
    clearInterval(drip);
  }, 60_000);

  it('that is pipelined is answered in its order', async () => {
    const paths = Array.from({ length: 300 }, (_, index) => (index % 2 === 0 ? '/api/v1/users/me' : '/api/v1/nowhere'));
    const text = await exchange(
      standalone.url,
      paths.map((path, index) => `GET ${path} HTTP/1.1\r\n${head()}${index === 299 ? 'Connection: close\r\n' : ''}\r\n`).join(''),
      15_000,
    );
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(paths.map((path) => (path.endsWith('me') ? '200' : '404')));
  });
});

describe('tokens', () => {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

  it('that were not issued here open nothing', async () => {
    const [header = '', payload = '', signature = ''] = (alice.credentials?.accessToken ?? '').split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const { kid, alg } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string; alg: string };
    const { keys } = (await (await fetch(`${standalone.url}/.well-known/jwks.json`)).json()) as { keys: Record<string, string>[] };
    const withPublicKey = (secret: string): string => {
      const text = `${encode({ alg: 'HS256', kid })}.${payload}`;
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    };
    const forged = [
      `${encode({ alg: 'none' })}.${payload}.`,
      `${encode({ alg: 'none', kid })}.${payload}.${signature}`,
      ...keys.flatMap((key) => [withPublicKey(JSON.stringify(key)), withPublicKey(key['x'] ?? '')]),
      `${encode({ alg, kid: 'another' })}.${payload}.${signature}`,
      `${encode({ alg, kid, jwk: keys[0] })}.${payload}.${signature}x`,
      `${encode({ alg, kid, crit: ['x'], x: 1 })}.${payload}.${signature}`,
      `${header}.${encode({ ...claims, iss: 'https://elsewhere.example' })}.${signature}`,
      `${header}.${encode({ ...claims, sub: randomUUID() })}.${signature}`,
      `${header}.${encode({ ...claims, exp: 99_999_999_999 })}.${signature}`,
      `${header}.${payload}`,
      `${header}.${payload}.`,
      '..',
      'x'.repeat(9_000),
    ];
    for (const accessToken of forged) {
      const thief = new RestClient(standalone.url, { userId: '', username: '', accessToken, refreshToken: '' });
      expect([accessToken, (await tell(thief, 'GET', '/users/me')).code]).toEqual([accessToken, 'UNAUTHENTICATED']);
    }
  });

  it('of a session that has ended open nothing more', async () => {
    const carol = await RestClient.register(standalone.url, 'carol');
    await carol.call('POST', '/auth/logout', { refreshToken: carol.credentials?.refreshToken });
    expect(await tell(carol, 'POST', '/auth/refresh', JSON.stringify({ refreshToken: carol.credentials?.refreshToken }))).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    const failure = await carol.call('POST', '/auth/ticket').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RestFailure);
    expect(failure).toMatchObject({ status: 401 });
  });

  it.each([{}, { refreshToken: 5 }, { refreshToken: 'x' }, { refreshToken: '\u0000' }, { refreshToken: 'a'.repeat(513) }, { refreshToken: '\ud800' }])(
    'are not refreshed with %p',
    async (body) => {
      expect((await tell(alice, 'POST', '/auth/refresh', JSON.stringify(body))).code).toMatch(/UNAUTHENTICATED|VALIDATION_FAILED/);
    },
  );

  it.each(['', '.', '%00', 'a'.repeat(9_000)])('are no tickets: %#', async (ticket) => {
    expect((await fetch(`${standalone.url}/api/v1/events?ticket=${ticket}`)).status).toBe(401);
  });
});
