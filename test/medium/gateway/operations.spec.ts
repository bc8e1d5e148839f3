import { Draining } from '@agent-chat/observability';
import { isUuid } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { RestClient, type RestFailure } from '../../support/rest-client';
import { startWholeApp, type WholeApp } from '../../support/whole-app';

describe('what operators see', () => {
  let app: WholeApp;
  let ann: RestClient;
  let operator: Record<string, string>;

  beforeAll(async () => {
    app = await startWholeApp('operations', {
      OPERATORS: 'root-of-all',
      CORS_ORIGINS: 'https://app.example.com',
      RATE_LIMITS: '{"search.query":{"limit":2,"windowMs":60000},"auth.login":{"limit":3,"windowMs":60000}}',
    });
    ann = await RestClient.register(app.url, 'ann');
    const { body } = await new RestClient(app.url).call('POST', '/auth/register', { username: 'root-of-all', password: 'correct horse battery' });
    operator = { authorization: `Bearer ${(body as { accessToken: string }).accessToken}` };
  });
  afterAll(() => app.close());

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${app.url}${path}`, { headers });
    const text = await answer.text();
    return { status: answer.status, text, headers: answer.headers, json: () => JSON.parse(text) as unknown };
  };
  const user = () => ({ authorization: `Bearer ${ann.credentials?.accessToken ?? ''}` });

  it.each(['/api/health', '/api/health/live', '/api/health/ready'])('tells everybody at %s how things stand, and operators why', async (path) => {
    expect((await get(path)).json()).toEqual({ status: 'up' });
    expect((await get(path, user())).json()).toEqual({ status: 'up' });
    expect((await get(path, { authorization: 'Bearer nonsense' })).json()).toEqual({ status: 'up' });
    expect((await get(path, operator)).json()).toMatchObject({ status: 'up', components: expect.any(Array) });
  });

  it('knows how the database stands', async () => {
    expect((await get('/api/health', operator)).json()).toMatchObject({
      components: expect.arrayContaining([{ name: 'database', isRequired: false, status: 'up', details: {} }]),
    });
  });

  it('describes the process to operators only', async () => {
    expect((await get('/api/infrastructure/status', operator)).json()).toMatchObject({
      status: 'up',
      profile: 'standalone',
      partitions: 64,
      process: { service: 'standalone', instanceId: expect.any(String), pid: process.pid },
      instances: [{ service: 'standalone', version: expect.stringMatching(/^\d+\.\d+\.\d+/), load: expect.any(Number), ageMs: 0 }],
      breakers: [],
      moves: [],
    });
    expect((await get('/api/infrastructure/status', user())).status).toBe(403);
    expect((await get('/api/infrastructure/status')).status).toBe(401);
  });

  it('tells people their own global roles, and nobody those of others', async () => {
    expect((await get('/api/v1/users/me', operator)).json()).toMatchObject({ username: 'root-of-all', roles: ['operator'] });
    expect((await get('/api/v1/users/me', user())).json()).toMatchObject({ roles: [] });
    expect((await get(`/api/v1/users/${ann.userId}`, operator)).json()).not.toHaveProperty('roles');
  });

  it('tells operators of days and of who did what', async () => {
    const today = new Date().toISOString().slice(0, 10);

    expect((await get(`/api/v1/analytics/days?from=${today}&to=${today}`, operator)).json()).toMatchObject({ days: expect.any(Array) });
    expect((await get('/api/v1/audit?limit=1', operator)).json()).toMatchObject({ items: expect.any(Array) });
    expect((await get('/api/v1/audit?cursor=nonsense', operator)).status).toBe(400);
  });

  it('tells operators of figures, and refuses what it has none for', async () => {
    const figures = (path: string) => get(`/api/v1/analytics/${path}`, operator);
    const [from, to] = ['2026-03-01', '2026-03-02'];
    const day = { at: '2026-03-01T00:00:00.000Z' };
    const of = async (path: string): Promise<unknown> => (await figures(path)).json();

    expect(await of(`activity?from=${from}&to=${to}&unit=day&roomId=${randomUUID()}`)).toMatchObject({ points: [{ ...day, messages: 0, uploads: 0 }] });
    expect(((await of(`activity?from=${from}&to=${to}`)) as { points: unknown[] }).points).toHaveLength(24);
    expect(await of(`people?from=${from}&to=${to}&period=month`)).toEqual({ points: [{ from, activePeople: 0 }] });
    expect(await of(`rooms?from=${from}&to=${to}`)).toEqual({ activeRooms: 0, items: [] });
    expect(await of(`delivery?from=${from}&to=${to}&unit=day`)).toEqual({ points: [{ ...day, deliveries: 0 }] });
    expect(await of(`errors?from=${from}T12:00:00%2B12:00&to=${to}&unit=day`)).toEqual({ points: [{ ...day, errors: [] }] });

    for (const path of [
      ...['activity', `activity?from=${from}`, `activity?from=yesterday&to=${to}`, `activity?from=${from}&to=${to}&unit=year`],
      ...[`activity?from=${to}&to=${from}`, `activity?from=${from}&to=2026-04-01&unit=minute`, `activity?from=${from}&to=${to}&roomId=no-room`],
      ...[`people?from=${from}&to=${to}&period=year`, `people?from=${from}T00:00:00Z&to=${to}`, `rooms?from=${from}&to=${to}&limit=101`],
      ...[`errors?from=${from}`, `delivery?from=0000-01-01&to=9999-12-31`],
    ]) {
      const answer = await figures(path);
      expect([path, answer.status, answer.json()]).toEqual([path, 400, expect.objectContaining({ code: 'VALIDATION_FAILED' })]);
    }
  });

  it('counts the errors that it answers, and tells operators of them', async () => {
    expect((await get('/api/infrastructure/status', user())).status).toBe(403);
    const nowMs = Date.now();
    const [from, to] = [nowMs - 120_000, nowMs + 120_000].map((ms) => new Date(ms).toISOString());
    await eventually(
      async () => {
        const { points } = (await get(`/api/v1/analytics/errors?unit=minute&from=${from!}&to=${to!}`, operator)).json() as {
          points: { errors: { code: string; count: number }[] }[];
        };
        const counts = points.flatMap(({ errors }) => errors).filter(({ code }) => code === 'FORBIDDEN');
        expect(counts.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(0);
      },
      { timeoutMs: 20_000, intervalMs: 500 },
    );
  });

  it('hands the audit trail to operators whole, and forgets a person in it', async () => {
    const exported = await get('/api/v1/audit/export', operator);
    expect(exported.headers.get('content-type')).toContain('application/x-ndjson');
    const lines = exported.text.trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      end: true,
      entries: lines.length - 1,
      heads: expect.arrayContaining([expect.objectContaining({ chain: -1 })]),
    });

    const erase = (body: unknown) =>
      fetch(`${app.url}/api/v1/audit/erasures`, { method: 'POST', headers: { ...operator, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    expect(await (await erase({ userId: randomUUID() })).json()).toEqual({ entries: 0 });
    expect((await erase({ userId: 'ann' })).status).toBe(400);
    expect((await get('/api/v1/audit?by=operators', operator)).json()).toMatchObject({ items: [{ type: 'audit.erase' }, { type: 'audit.export' }] });
    expect((await get('/api/v1/audit?by=nobody', operator)).status).toBe(400);
  });

  it('counts requests by route in the format of Prometheus', async () => {
    const roomId = randomUUID();
    await get(`/api/v1/rooms/${roomId}`, user());

    const metrics = await get('/api/metrics');

    expect(metrics.headers.get('content-type')).toContain('text/plain');
    expect(metrics.text).toContain('agent_chat_http_request_duration_seconds_count{method="GET",route="/api/v1/rooms/:roomId",status="404"} 1');
    expect(metrics.text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(metrics.text).not.toContain(roomId);
  });

  it('counts calls against a limit by user, says how many are left, and refuses the rest until later', async () => {
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await get('/api/v1/search?q=hello', user()));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers.map(({ headers }) => headers.get('ratelimit-remaining'))).toEqual(['1', '0', '0']);
    const refused = answers[2]!;
    expect(refused.headers.get('ratelimit-limit')).toBe('2');
    expect(Number(refused.headers.get('ratelimit-reset'))).toBeGreaterThan(29);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.json()).toMatchObject({ code: 'RATE_LIMITED', retryable: true, retryAfterMs: expect.any(Number) });
    expect((await get('/api/v1/search?q=hello', operator)).status).toBe(200);
  });

  it('counts log-ins by address', async () => {
    const logIn = () =>
      new RestClient(app.url)
        .call('POST', '/auth/login', { username: randomUUID(), password: 'wrong wrong' })
        .catch((error: unknown) => (error as RestFailure).code);

    const codes = [await logIn(), await logIn(), await logIn(), await logIn()];

    expect(codes).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'RATE_LIMITED']);
  });

  it('names every request, also one that could not be read', async () => {
    const [made, broken] = await Promise.all([
      get('/api/health'),
      fetch(`${app.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-request-id': 'mine' }, body: '{' }),
    ]);

    expect(isUuid(made.headers.get('x-request-id') ?? '')).toBe(true);
    expect(broken.status).toBe(400);
    expect(broken.headers.get('x-request-id')).toBe('mine');
  });

  it('lets pages of the configured origins call, and no others', async () => {
    const preflight = (origin: string) =>
      fetch(`${app.url}/api/v1/rooms`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });

    const [known, stranger] = await Promise.all([preflight('https://app.example.com'), preflight('https://evil.example.com')]);

    expect(known.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(known.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(stranger.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('tells browsers to run nothing but what the server serves', async () => {
    const { headers } = await get('/api/v1/rooms', user());

    expect(headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('sends callers elsewhere from the moment it drains, and lives on', async () => {
    await app.app.get(Draining, { strict: false }).start();

    expect(await get('/api/health/ready')).toMatchObject({ status: 503 });
    expect(await get('/api/health/live')).toMatchObject({ status: 200 });
  });
});
