import { Http, type Fetch, type HttpCall, type RetryOptions } from './http';
import { SteeredEnvironment, settle } from './testing/steered-environment';

type Answer = { status: number; body?: unknown; page?: string; retryAfter?: string } | 'unreachable' | 'silent';

function openHttp(answers: Answer[], environment: SteeredEnvironment, retry: Partial<RetryOptions> = {}) {
  const requests: { url: string; headers: Record<string, string>; method: string; body?: string | Blob }[] = [];
  const fetch: Fetch = async (url, { signal, ...init }) => {
    requests.push({ url, ...init });
    const answer = answers.shift() ?? { status: 200, body: 'ok' };
    if (answer === 'unreachable') throw new TypeError('fetch failed');
    if (answer === 'silent') return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    return { status: answer.status, headers: { get: () => answer.retryAfter ?? null }, text: async () => answer.page ?? JSON.stringify(answer.body ?? {}) };
  };
  let token = 0;
  const tokens = { renewAtMs: undefined, token: async (rejected?: string) => (rejected === undefined ? `token-${token}` : `token-${++token}`) };
  return { http: new Http('http://server', environment, fetch, retry).withTokens(tokens), requests };
}

const READ: HttpCall = { method: 'GET', path: '/rooms', query: { cursor: 'a b', limit: undefined } };

describe('a REST call', () => {
  it('repeats what may be repeated with the same key, after full jitter and what the server asks for', async () => {
    const environment = new SteeredEnvironment();
    const { http, requests } = openHttp(
      ['unreachable', { status: 503, body: { code: 'UNAVAILABLE', retryable: true } }, { status: 429, retryAfter: '2' }],
      environment,
    );
    const result = http.request({ method: 'POST', path: '/rooms', body: { name: 'x' }, key: 'k-1' });
    await settle();
    expect(environment.pendingMs).toEqual([150]);
    await environment.advance(150);
    expect(environment.pendingMs).toEqual([300]);
    await environment.advance(300);
    expect(environment.pendingMs).toEqual([2_600]);
    await environment.advance(2_600);
    expect(await result).toBe('ok');
    expect(requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['k-1', 'k-1', 'k-1', 'k-1']);
  });

  it('goes below the version of the interface, or where its path says', async () => {
    const { http, requests } = openHttp([], new SteeredEnvironment());
    await http.request(READ);
    await http.request({ method: 'GET', path: '/api/infrastructure/status' });
    expect(requests.map(({ url }) => url)).toEqual(['http://server/api/v1/rooms?cursor=a%20b', 'http://server/api/infrastructure/status']);
  });

  it('gives up after five attempts with the last error', async () => {
    const environment = new SteeredEnvironment();
    const { http, requests } = openHttp(Array<Answer>(9).fill('unreachable'), environment);
    const result = http.request(READ);
    result.catch(() => undefined);
    await environment.advance(60_000);
    await expect(result).rejects.toMatchObject({ code: 'NETWORK_ERROR', retryable: true });
    expect(requests).toHaveLength(5);
  });

  it('does not repeat a change without a key, a refusal, or what the server wants much later', async () => {
    const environment = new SteeredEnvironment();
    const refusal = { status: 403, body: { code: 'NOT_A_MEMBER', detail: 'Only members', retryable: false } };
    const { http, requests } = openHttp(['unreachable', refusal, { status: 429, retryAfter: '3600' }], environment);
    await expect(http.request({ method: 'POST', path: '/auth/register', body: {} })).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
    await expect(http.request(READ)).rejects.toMatchObject({ code: 'NOT_A_MEMBER', message: 'Only members', status: 403, retryable: false });
    await expect(http.request(READ)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 3_600_000 });
    expect(requests).toHaveLength(3);
  });

  it('replaces a refused token once', async () => {
    const environment = new SteeredEnvironment();
    const refused: Answer = { status: 401, body: { code: 'UNAUTHENTICATED', retryable: false } };
    const { http, requests } = openHttp([refused, { status: 200, body: 'ok' }, refused, refused], environment);
    expect(await http.request(READ)).toBe('ok');
    expect(requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer token-0', 'Bearer token-1']);
    await expect(http.request(READ)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(requests).toHaveLength(4);
  });

  it('ends an attempt that gets no answer, and encodes its query', async () => {
    const environment = new SteeredEnvironment();
    const { http, requests } = openHttp(['silent'], environment);
    const result = http.request(READ);
    await environment.advance(15_000);
    await environment.advance(1_000);
    expect(await result).toBe('ok');
    expect(requests[0]?.url).toBe('http://server/api/v1/rooms?cursor=a%20b');
  });

  it('says field by field what was not valid', async () => {
    const errors = [{ path: 'text', message: 'must not be blank' }];
    const { http } = openHttp([{ status: 400, body: { code: 'VALIDATION_FAILED', retryable: false, errors } }], new SteeredEnvironment());
    await expect(http.request(READ)).rejects.toMatchObject({ code: 'VALIDATION_FAILED', errors });
  });

  it('never waits much longer than 5 s between two attempts', async () => {
    const environment = new SteeredEnvironment();
    environment.randomness = 1;
    const answers = Array<Answer>(7).fill('unreachable');
    const { http } = openHttp(answers, environment, { attempts: 8 });
    const result = http.request(READ);
    const waits: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 7; attempt++) {
      await settle();
      waits.push(environment.pendingMs.at(-1));
      await environment.advance(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([300, 600, 1_200, 2_400, 4_800, 5_000, 5_000]);
    expect(await result).toBe('ok');
  });

  it('tells an answer that did not come in time from a server that is not there', async () => {
    const environment = new SteeredEnvironment();
    const { http } = openHttp(['silent', 'unreachable'], environment);
    const late = http.request({ method: 'POST', path: '/rooms', body: {} });
    late.catch(() => undefined);
    await environment.advance(15_000);
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(http.request({ method: 'POST', path: '/rooms', body: {} })).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
  });

  it('sends JSON, and no token where none is wanted', async () => {
    const { http, requests } = openHttp([], new SteeredEnvironment());
    await http.request({ method: 'POST', path: '/auth/login', body: { username: 'ada' }, authenticated: false });
    expect(requests[0]).toMatchObject({ headers: { accept: 'application/json', 'content-type': 'application/json' }, body: '{"username":"ada"}' });
    expect(requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('takes the status for the error when a proxy answers with a page of its own', async () => {
    const { http } = openHttp([{ status: 502, page: '<html>' }], new SteeredEnvironment());
    await expect(http.request({ method: 'DELETE', path: '/rooms/r' })).rejects.toMatchObject({ status: 502, retryable: true });
  });

  it('gives pictures that the server has itself by their whole address, and leaves all other text as it is', async () => {
    const text = 'about "avatarUrl":"/api/v1/x"';
    const users = [{ avatarUrl: '/api/v1/users/u/avatar/d' }, { avatarUrl: 'https://pictures.example/a.png' }, { displayName: text }];
    const { http } = openHttp([{ status: 200, body: users }], new SteeredEnvironment());
    expect(await http.request(READ)).toEqual([{ avatarUrl: 'http://server/api/v1/users/u/avatar/d' }, users[1], users[2]]);
  });

  it('gives what bytes are answered with', async () => {
    const { http, requests } = openHttp([{ status: 200, body: { userId: 'u' } }], new SteeredEnvironment());
    const bytes = new Blob(['picture']);
    const { body } = await http.send({ method: 'PUT', path: '/users/me/avatar', headers: { 'content-type': 'image/png' }, body: bytes });
    expect(body).toEqual({ userId: 'u' });
    expect(requests[0]).toMatchObject({ method: 'PUT', url: 'http://server/api/v1/users/me/avatar', headers: { 'content-type': 'image/png' }, body: bytes });
  });
});
