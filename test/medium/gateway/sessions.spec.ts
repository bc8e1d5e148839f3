import { randomUUID } from 'node:crypto';
import { eventually } from '@agent-chat/testing';
import { type Answer, type AuthApp, type Json, startAuthApp } from './auth-app';

const PASSWORD = 'correct horse battery';
let app: AuthApp;
let other: AuthApp;
let counter = 0;

beforeAll(async () => {
  app = await startAuthApp();
  other = await startAuthApp({}, app);
});
afterAll(async () => {
  await other.close();
  await app.close();
});

const freshName = (): string => `person-${++counter}`;
const post = (path: string, body: unknown, token?: string, on = app): Promise<Answer> =>
  on.call('POST', `/api/v1/auth/${path}`, { body, ...(token && { token }) });
const me = (token: string, on = app): Promise<Answer> => on.call('GET', '/api/v1/users/me', { token });

async function register(username = freshName(), headers: Record<string, string> = {}): Promise<Json> {
  const { status, body } = await app.call('POST', '/api/v1/auth/register', { body: { username, password: PASSWORD }, headers });
  expect(status).toBe(201);
  return body;
}

describe('Refreshing', () => {
  it('exchanges a token for the next, again and again', async () => {
    let { refreshToken, user } = await register();
    const seen = new Set<string>();
    for (let n = 0; n < 4; n++) {
      const { status, body } = await post('refresh', { refreshToken });
      expect(status).toBe(200);
      expect(body.user).toEqual(user);
      expect((await me(body.accessToken)).status).toBe(200);
      seen.add(refreshToken);
      ({ refreshToken, user } = body);
    }
    expect(seen.size).toBe(4);
  });

  it('gives the same successor for 30 s, on any node, and one to fifty that ask at once', async () => {
    const { refreshToken } = await register();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => post('refresh', { refreshToken }, undefined, index % 2 ? app : other)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    app.clock.advance(30_000);
    answers.push(await post('refresh', { refreshToken }));
    const successors = new Set(answers.map(({ body }) => body.refreshToken));
    expect(successors.size).toBe(1);
    const [successor] = successors;
    expect(successor).not.toBe(refreshToken);
    expect((await post('refresh', { refreshToken: successor })).status).toBe(200);
  });

  it('ends the whole family when a used token is shown later', async () => {
    const { refreshToken } = await register();
    const next = (await post('refresh', { refreshToken })).body;
    app.clock.advance(30_001);
    expect(await post('refresh', { refreshToken })).toMatchObject({ status: 401, body: { code: 'REFRESH_TOKEN_REUSED' } });
    expect(await post('refresh', { refreshToken: next.refreshToken })).toMatchObject({ status: 401, body: { code: 'REFRESH_TOKEN_REUSED' } });
    expect((await me(next.accessToken)).status).toBe(401);
  });

  it('refuses what is no token, without ending anything', async () => {
    const { refreshToken } = await register();
    const [id] = refreshToken.split('.');
    const forged = [`${id}.${'A'.repeat(43)}`, `${randomUUID()}.${'A'.repeat(43)}`, `${id}.`, `${refreshToken}.x`, "' or 1=1", 'a\0b', '.'];
    for (const text of forged) expect(await post('refresh', { refreshToken: text })).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect((await post('refresh', { refreshToken: 5 })).status).toBe(400);
    expect((await post('refresh', { refreshToken: 'x'.repeat(513) })).status).toBe(400);
    expect((await post('refresh', { refreshToken })).status).toBe(200);
  });

  it('keeps a session as long as it is refreshed in time, and no longer', async () => {
    let { refreshToken } = await register();
    for (let month = 0; month < 3; month++) {
      app.clock.advance(29 * 86_400_000);
      ({ refreshToken } = (await post('refresh', { refreshToken })).body);
    }
    app.clock.advance(31 * 86_400_000);
    expect(await post('refresh', { refreshToken })).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
  });

  it('stores no token that could be used', async () => {
    const { refreshToken } = await register();
    const { body } = await post('refresh', { refreshToken });
    const rows = JSON.stringify(
      await app.test.database.directory().query("select encode(secret_hash, 'escape') as text, encode(secret_hash, 'base64') as code from refresh_tokens"),
    );
    expect(rows.length).toBeGreaterThan(100);
    for (const token of [refreshToken, body.refreshToken]) {
      const [, secret] = token.split('.');
      expect(rows).not.toContain(secret.slice(0, 12));
      expect(rows).not.toContain(Buffer.from(secret, 'base64url').toString('base64').slice(0, 12));
    }
  });
});

describe('Sessions', () => {
  it('are listed to their owner and ended one by one, which other nodes see within 5 s', async () => {
    const first = await register();
    const second = (await post('login', { username: first.user.username, password: PASSWORD })).body;
    const { body } = await app.call('GET', '/api/v1/auth/sessions', { token: first.accessToken });
    expect(body.items).toHaveLength(2);
    const ending = body.items.find(({ current }: { current: boolean }) => !current);
    expect(ending).toMatchObject({
      sessionId: expect.any(String),
      createdAt: expect.stringMatching(/Z$/),
      userAgent: 'node',
      address: expect.stringContaining('127.0.0.1'),
    });

    // The other node has just seen it alive.
    expect((await me(second.accessToken, other)).status).toBe(200);
    expect((await app.call('DELETE', `/api/v1/auth/sessions/${ending.sessionId}`, { token: first.accessToken })).status).toBe(204);
    expect(await me(second.accessToken)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    app.clock.advance(5_000);
    expect((await me(second.accessToken, other)).status).toBe(401);
    expect((await post('refresh', { refreshToken: second.refreshToken })).status).toBe(401);
    expect(await other.authenticator.endedAmong([ending.sessionId, 'https://id.example.com|x'])).toEqual([ending.sessionId]);
    expect((await me(first.accessToken)).status).toBe(200);
  });

  it("of others can't be ended, nor ones that never were", async () => {
    const mine = await register();
    const theirs = await register();
    const [session] = (await app.call('GET', '/api/v1/auth/sessions', { token: theirs.accessToken })).body.items;
    for (const id of [session.sessionId, randomUUID()]) {
      expect((await app.call('DELETE', `/api/v1/auth/sessions/${id}`, { token: mine.accessToken })).status).toBe(404);
    }
    expect((await app.call('DELETE', `/api/v1/auth/sessions/'--`, { token: mine.accessToken })).status).toBe(400);
    expect((await me(theirs.accessToken)).status).toBe(200);
  });

  it('end with a log-out by access token, and by refresh token when that has lapsed', async () => {
    const one = await register();
    expect((await post('logout', {}, one.accessToken)).status).toBe(204);
    expect((await me(one.accessToken)).status).toBe(401);

    const two = await register();
    app.clock.advance(901_000);
    expect((await me(two.accessToken)).status).toBe(401);
    expect((await post('logout', { refreshToken: two.refreshToken })).status).toBe(204);
    expect((await post('logout', { refreshToken: two.refreshToken })).status).toBe(204);
    expect((await post('refresh', { refreshToken: two.refreshToken })).status).toBe(401);
    expect((await app.call('POST', '/api/v1/auth/logout')).status).toBe(401);
  });
});

describe('What is left of old sessions', () => {
  it('is removed by a job, while sessions that go on keep every token that could still be shown', async () => {
    const count = async (): Promise<unknown> =>
      (await app.test.database.directory().query('select (select count(*) from sessions) as sessions, (select count(*) from refresh_tokens) as tokens'))[0];
    // So that everything from the tests before has lapsed.
    app.clock.advance(32 * 86_400_000);
    const live = await register();
    const next = (await post('refresh', { refreshToken: live.refreshToken })).body;
    const ended = await register();
    await post('logout', {}, ended.accessToken);
    app.clock.advance(29 * 86_400_000);
    await app.jobs.enqueue('auth.purge-sessions', {});
    await eventually(async () => expect(await count()).toEqual({ sessions: 1, tokens: 2 }));
    const newest = (await post('refresh', { refreshToken: next.refreshToken })).body;
    app.clock.advance(86_400_001);
    await app.jobs.enqueue('auth.purge-sessions', {});
    await eventually(async () => expect(await count()).toEqual({ sessions: 1, tokens: 2 }));
    expect((await post('refresh', { refreshToken: newest.refreshToken })).status).toBe(200);
  });
});

describe('Tickets', () => {
  const stream = (ticket: string): Promise<Answer> => app.call('GET', `/probe/stream?ticket=${ticket}`);

  it('open a stream as often as needed while the session lives, long after the access token', async () => {
    const session = await register();
    const { body } = await post('ticket', {}, session.accessToken);
    expect(body).toEqual({ ticket: expect.any(String), expiresInSec: 2_592_000 });
    expect((await stream(body.ticket)).status).toBe(200);
    app.clock.advance(86_400_000);
    expect((await stream(body.ticket)).status).toBe(200);
    await post('logout', { refreshToken: session.refreshToken });
    expect((await stream(body.ticket)).status).toBe(401);
  });

  it('are no access tokens, and access tokens no tickets', async () => {
    const { accessToken } = await register();
    const { ticket } = (await post('ticket', {}, accessToken)).body;
    expect((await me(ticket)).status).toBe(401);
    expect((await stream(accessToken)).status).toBe(401);
    expect((await app.call('POST', `/probe/write?ticket=${ticket}`)).status).toBe(401);
    expect((await post('ticket', {})).status).toBe(401);
  });
});

describe('An outage of the directory', () => {
  it('keeps known sessions going, and refuses log-in as unavailable', async () => {
    const lonely = await startAuthApp();
    try {
      const { body } = await post('register', { username: 'someone', password: PASSWORD }, undefined, lonely);
      const known = await lonely.authenticator.authenticate(body.accessToken);
      const unseen = (await post('login', { username: 'someone', password: PASSWORD }, undefined, lonely)).body;
      await lonely.test.drop();
      lonely.clock.advance(10_000);
      expect(await lonely.authenticator.authenticate(body.accessToken)).toEqual(known);
      await expect(lonely.authenticator.authenticate(unseen.accessToken)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(lonely.authenticator.endedAmong([known.sessionId])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await post('login', { username: 'someone', password: PASSWORD }, undefined, lonely)).toMatchObject({ status: 503, body: { retryable: true } });
      expect((await post('refresh', { refreshToken: body.refreshToken }, undefined, lonely)).status).toBe(503);
    } finally {
      await lonely.close();
    }
  });
});
