import { Http, type Fetch, type HttpCall } from './http';
import { SteeredEnvironment, settle } from './testing/steered-environment';

type Answer = { status: number; body?: unknown; retryAfter?: string } | 'unreachable' | 'silent';

function openHttp(answers: Answer[], environment: SteeredEnvironment) {
  const requests: { url: string; headers: Record<string, string>; method: string; body?: string }[] = [];
  const fetch: Fetch = async (url, { signal, ...init }) => {
    requests.push({ url, ...init });
    const answer = answers.shift() ?? { status: 200, body: 'ok' };
    if (answer === 'unreachable') throw new TypeError('fetch failed');
    if (answer === 'silent') return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    return { status: answer.status, headers: { get: () => answer.retryAfter ?? null }, text: async () => JSON.stringify(answer.body ?? {}) };
  };
  let token = 0;
  const tokens = { renewAtMs: undefined, token: async (rejected?: string) => (rejected === undefined ? `token-${token}` : `token-${++token}`) };
  return { http: new Http('http://server', environment, fetch).withTokens(tokens), requests };
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
});
