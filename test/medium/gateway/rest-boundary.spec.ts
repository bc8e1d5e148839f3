import * as fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { type RouteSpec } from '../../../apps/gateway/src/interface/docs/route-spec';
import { ROUTES } from '../../../apps/gateway/src/interface/docs/routes';
import { RestClient } from '../../support/rest-client';
import { startWholeApp, type WholeApp } from '../../support/whole-app';

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

const NASTY = [
  '',
  '\0',
  'a\0b',
  '\ud800',
  '👍\udfff',
  'x'.repeat(300),
  '../../etc/passwd',
  '__proto__',
  '%00',
  "' OR 1=1 --",
  '<@room>',
  '1e309',
  '-1',
  '0',
  'null',
  '٣',
];
// The one ends the session that the others need, the other never ends.
const LEFT_OUT: ReadonlySet<string> = new Set(['logOut', 'openStream']);

const BODILESS: ReadonlySet<string> = new Set(['get', 'head']);

describe('the edge of the REST API', () => {
  let app: WholeApp;
  let ann: RestClient;
  let roomId: string;
  let messageId: string;

  beforeAll(async () => {
    app = await startWholeApp('boundary');
    ann = await RestClient.register(app.url, 'ann');
  });
  afterAll(() => app.close());

  // One is as good as archived once the calls that archive have been tried on it.
  beforeEach(async () => {
    ({ roomId } = await ann.createRoom({ kind: 'public', name: 'general' }));
    const { body } = await ann.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: 'first', text: 'hello' });
    ({ messageId } = body as { messageId: string });
  });

  async function send({ method, path, headers, body }: Request): Promise<Response> {
    return fetch(`${app.url}${path}`, { method: method.toUpperCase(), headers, ...(body === undefined ? {} : { body }) });
  }

  /** Nothing that a caller sends is our failure, and every refusal is a problem of the catalogue. */
  async function expectSane(answer: Response, isHead = false): Promise<void> {
    const text = await answer.text();
    if (answer.status >= 500) expect([503, 504]).toContain(answer.status);
    if (answer.status < 400) return;
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    // An answer to HEAD has no body.
    if (text === '' && isHead) return;
    expect(JSON.parse(text)).toMatchObject({ status: answer.status, code: expect.any(String), title: expect.any(String), retryable: expect.any(Boolean) });
  }

  const authorized = (): Record<string, string> => ({ authorization: `Bearer ${ann.credentials?.accessToken ?? ''}` });

  const nastyText = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 40 }), fc.uuid());
  const nastyJson = fc.oneof(
    nastyText,
    fc.constant('y'.repeat(20_000)),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(nastyText, { maxLength: 3 }),
    fc.object({ maxDepth: 2 }),
  );

  function pathOf(route: RouteSpec, values: Readonly<Record<string, string>>): string {
    return route.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => encodeSafely(values[name] ?? ''));
  }

  const encodeSafely = (text: string): string => encodeURIComponent(text.toWellFormed()) || '%20';

  function requests(route: RouteSpec): fc.Arbitrary<Request> {
    const id = (known: string) => fc.oneof({ weight: 3, arbitrary: fc.constant(known) }, { weight: 1, arbitrary: nastyText });
    const parts = fc.record({
      roomId: id(roomId),
      messageId: id(messageId),
      userId: id(ann.userId),
      sessionId: nastyText,
      attachmentId: nastyText,
      variant: nastyText,
      emoji: fc.oneof(fc.constantFrom('👍', ':ship-it:'), nastyText),
    });
    const queryNames = route.query === undefined ? ['limit'] : Object.keys(route.query.shape);
    const query = fc.dictionary(fc.constantFrom(...queryNames, 'other', 'limit[]', '__proto__'), nastyText, { maxKeys: 3 });
    const names = [...(route.body === undefined ? [] : bodyFields(route)), 'other', '__proto__', 'constructor'];
    const body = fc.option(fc.oneof(fc.dictionary(fc.constantFrom(...names), nastyJson, { maxKeys: 5 }), nastyJson), { nil: undefined });
    return fc
      .record({ parts, query, body, key: fc.option(fc.constantFrom('key', 'not a key', 'x'.repeat(65)), { nil: undefined }) })
      .map(({ parts: ids, query: asked, body: given, key }) => ({
        method: route.method,
        path: `${pathOf(route, ids)}?${Object.entries(asked)
          .map(([name, value]) => `${encodeSafely(name)}=${encodeSafely(value)}`)
          .join('&')}`,
        headers: {
          ...authorized(),
          ...(given === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(given === undefined || BODILESS.has(route.method) ? {} : { body: JSON.stringify(given) }),
      }));
  }

  function bodyFields(route: RouteSpec): string[] {
    const schema = route.body as { shape?: Record<string, unknown> } | undefined;
    return Object.keys(schema?.shape ?? {});
  }

  for (const route of ROUTES.filter(({ id }) => !LEFT_OUT.has(id))) {
    it(`withstands anything at ${route.method.toUpperCase()} ${route.path}`, async () => {
      await fc.assert(
        fc.asyncProperty(requests(route), async (request) => {
          await expectSane(await send(request), request.method === 'head');
        }),
        { numRuns: 15, endOnFailure: true },
      );
    });
  }

  it.each([
    ['NUL', 'a\0b'],
    ['a lone surrogate', '\ud800'],
    ['more than 8,000 code points', 'x'.repeat(8_001)],
    ['nothing but spaces', ' \n '],
  ])('refuses a text with %s', async (_what, text) => {
    await expect(ann.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text })).rejects.toMatchObject({
      status: 400,
      code: 'VALIDATION_FAILED',
      body: { errors: [{ path: 'text' }] },
    });
  });

  it('takes 8,000 code points of four bytes each', async () => {
    await expect(ann.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text: '👍'.repeat(8_000) })).resolves.toMatchObject({
      status: 201,
    });
  });

  it.each([
    ['a body of a megabyte', { body: JSON.stringify({ clientMsgId: 'big', text: 'x'.repeat(1_048_576) }), status: 413, code: 'FRAME_TOO_LARGE' }],
    ['JSON a thousand levels deep', { body: `{"text":${'['.repeat(1_000)}${']'.repeat(1_000)}}`, status: 400, code: 'MALFORMED_REQUEST' }],
    ['what is no JSON', { body: '{"text": "hello"', status: 400, code: 'MALFORMED_REQUEST' }],
    ['JSON that is no object', { body: '"hello"', status: 400, code: 'MALFORMED_REQUEST' }],
    ['a form', { body: 'text=hello', type: 'application/x-www-form-urlencoded', status: 400, code: 'MALFORMED_REQUEST' }],
    ['another character set', { body: '{}', type: 'application/json; charset=klingon', status: 400, code: 'MALFORMED_REQUEST' }],
    ['an encoding that nobody knows', { body: '{}', encoding: 'klingon', status: 400, code: 'MALFORMED_REQUEST' }],
  ])('refuses %s', async (_what, { body, status, code, ...rest }) => {
    const { type = 'application/json', encoding } = rest as { type?: string; encoding?: string };
    const headers = { ...authorized(), 'content-type': type, ...(encoding === undefined ? {} : { 'content-encoding': encoding }) };

    const answer = await send({ method: 'POST', path: `/api/v1/rooms/${roomId}/messages`, headers, body });

    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code });
  });

  it('takes keys of the prototype for what they are: unknown', async () => {
    const body = '{"clientMsgId":"proto","text":"hi","__proto__":{"isOperator":true},"constructor":{"prototype":{"isOperator":true}}}';

    const answer = await send({
      method: 'POST',
      path: `/api/v1/rooms/${roomId}/messages`,
      headers: { ...authorized(), 'content-type': 'application/json' },
      body,
    });

    expect(answer.status).toBe(201);
    expect(({} as { isOperator?: boolean }).isOperator).toBeUndefined();
  });

  it.each(['/api', '/api/v1/nothing', '/api/v2/rooms', '/api/v1/rooms/a/b/c/d', '/api/%ff', '/api/v1/rooms/%zz'])('answers %s with a problem', async (path) => {
    const answer = await send({ method: 'GET', path, headers: authorized() });

    expect([400, 404]).toContain(answer.status);
    await expectSane(answer);
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('answers %s where there is no such call with a problem', async (method) => {
    const answer = await send({ method, path: '/api/v1/search', headers: authorized() });

    expect(answer.status).toBe(404);
    await expectSane(answer);
  });

  it('lets nobody in without a token, on any route that is not for all', async () => {
    const values = { roomId, messageId, userId: ann.userId, sessionId: randomUUID(), attachmentId: randomUUID(), emoji: '👍' };
    const guarded = ROUTES.filter(({ access }) => access !== 'public');

    const codes = await Promise.all(
      guarded.map(async (route) => {
        const answer = await send({ method: route.method, path: pathOf(route, values), headers: {} });
        const code = route.method === 'head' ? 'UNAUTHENTICATED' : ((await answer.json()) as { code: string }).code;
        return `${String(answer.status)} ${code} ${answer.headers.get('www-authenticate') ?? ''}`;
      }),
    );

    expect(new Set(codes)).toEqual(new Set(['401 UNAUTHENTICATED Bearer']));
  });

  it('answers bytes that are no HTTP, and goes on', async () => {
    const { port, hostname } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    const answered = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    socket.write('NONSENSE\r\n\r\n');

    expect(await answered).toContain('400 Bad Request');
    socket.destroy();
    expect((await fetch(`${app.url}/api/health/live`)).status).toBe(200);
  });

  it('says which fields are wrong, and never what was in them', async () => {
    const secret = 'a-secret-that-must-not-come-back';

    const answer = await send({
      method: 'POST',
      path: '/api/v1/auth/register',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: `!${secret}`, password: 'short' }),
    });
    const text = await answer.text();

    expect(JSON.parse(text)).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: 'username' }, { path: 'password' }] });
    expect(text).not.toContain(secret);
  });
});
