import { randomUUID } from 'node:crypto';
import { eventually } from '@agent-chat/testing';
import { type Answer, type AuthApp, PASSWORD, startAuthApp } from './auth-app';

let app: AuthApp;
let other: AuthApp;

beforeAll(async () => {
  app = await startAuthApp();
  other = await startAuthApp({}, app);
});
afterAll(async () => {
  await other.close();
  await app.close();
});

describe('Refreshing', () => {
  it('exchanges a token for the next, again and again', async () => {
    let { refreshToken, user } = await app.register();
    const seen = new Set<string>();
    for (let n = 0; n < 4; n++) {
      const { status, body } = await app.post('refresh', { refreshToken });
      expect(status).toBe(200);
      expect(body.user).toEqual(user);
      expect((await app.me(body.accessToken)).status).toBe(200);
      seen.add(refreshToken);
      ({ refreshToken, user } = body);
    }
    expect(seen.size).toBe(4);
  });

  it('gives the same successor for 30 s, on any node, and one to fifty that ask at once', async () => {
    const { refreshToken } = await app.register();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => (index % 2 ? app : other).post('refresh', { refreshToken })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    app.clock.advance(30_000);
    answers.push(await app.post('refresh', { refreshToken }));
    const successors = new Set(answers.map(({ body }) => body.refreshToken));
    expect(successors.size).toBe(1);
    const [successor] = successors;
    expect(successor).not.toBe(refreshToken);
    expect((await app.post('refresh', { refreshToken: successor })).status).toBe(200);
  });

  it('ends the whole family when a used token is shown later', async () => {
    const { refreshToken } = await app.register();
    const next = (await app.post('refresh', { refreshToken })).body;
    app.clock.advance(30_001);
    expect(await app.post('refresh', { refreshToken })).toMatchObject({ status: 401, body: { code: 'REFRESH_TOKEN_REUSED' } });
    expect(await app.post('refresh', { refreshToken: next.refreshToken })).toMatchObject({ status: 401, body: { code: 'REFRESH_TOKEN_REUSED' } });
    expect((await app.me(next.accessToken)).status).toBe(401);
  });

  it('refuses what is no token, without ending anything', async () => {
    const { refreshToken } = await app.register();
    const [id] = refreshToken.split('.');
    const forged = [`${id}.${'A'.repeat(43)}`, `${randomUUID()}.${'A'.repeat(43)}`, `${id}.`, `${refreshToken}.x`, "' or 1=1", 'a\0b', '.'];
    for (const text of forged) expect(await app.post('refresh', { refreshToken: text })).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect((await app.post('refresh', { refreshToken: 5 })).status).toBe(400);
    expect((await app.post('refresh', { refreshToken: 'x'.repeat(513) })).status).toBe(400);
    expect((await app.post('refresh', { refreshToken })).status).toBe(200);
  });

  it('keeps a session as long as it is refreshed in time, and no longer', async () => {
    let { refreshToken } = await app.register();
    for (let month = 0; month < 3; month++) {
      app.clock.advance(29 * 86_400_000);
      ({ refreshToken } = (await app.post('refresh', { refreshToken })).body);
    }
    app.clock.advance(31 * 86_400_000);
    expect(await app.post('refresh', { refreshToken })).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
  });

  it('stores no token that could be used', async () => {
    const { refreshToken } = await app.register();
    const { body } = await app.post('refresh', { refreshToken });
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
    const first = await app.register();
    const second = (await app.post('login', { username: first.user.username, password: PASSWORD })).body;
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
    expect((await other.me(second.accessToken)).status).toBe(200);
    expect((await app.call('DELETE', `/api/v1/auth/sessions/${ending.sessionId}`, { token: first.accessToken })).status).toBe(204);
    expect(await app.me(second.accessToken)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    app.clock.advance(5_000);
    expect((await other.me(second.accessToken)).status).toBe(401);
    expect((await app.post('refresh', { refreshToken: second.refreshToken })).status).toBe(401);
    expect(await other.authenticator.endedAmong([ending.sessionId, 'https://id.example.com|x'])).toEqual([ending.sessionId]);
    expect((await app.me(first.accessToken)).status).toBe(200);
  });

  it("of others can't be ended, nor ones that never were", async () => {
    const mine = await app.register();
    const theirs = await app.register();
    const [session] = (await app.call('GET', '/api/v1/auth/sessions', { token: theirs.accessToken })).body.items;
    for (const id of [session.sessionId, randomUUID()]) {
      expect((await app.call('DELETE', `/api/v1/auth/sessions/${id}`, { token: mine.accessToken })).status).toBe(404);
    }
    expect((await app.call('DELETE', `/api/v1/auth/sessions/'--`, { token: mine.accessToken })).status).toBe(400);
    expect((await app.me(theirs.accessToken)).status).toBe(200);
  });

  it('end with a log-out by access token, and by refresh token when that has lapsed', async () => {
    const one = await app.register();
    expect((await app.post('logout', {}, one.accessToken)).status).toBe(204);
    expect((await app.me(one.accessToken)).status).toBe(401);

    const two = await app.register();
    app.clock.advance(901_000);
    expect((await app.me(two.accessToken)).status).toBe(401);
    expect((await app.post('logout', { refreshToken: two.refreshToken })).status).toBe(204);
    expect((await app.post('logout', { refreshToken: two.refreshToken })).status).toBe(204);
    expect((await app.post('refresh', { refreshToken: two.refreshToken })).status).toBe(401);
    expect((await app.call('POST', '/api/v1/auth/logout')).status).toBe(401);
  });
});

describe('What is left of old sessions', () => {
  it('is removed by a job, while sessions that go on keep every token that could still be shown', async () => {
    const count = async (): Promise<unknown> =>
      (await app.test.database.directory().query('select (select count(*) from sessions) as sessions, (select count(*) from refresh_tokens) as tokens'))[0];
    // So that everything from the tests before has lapsed.
    app.clock.advance(32 * 86_400_000);
    const live = await app.register();
    const next = (await app.post('refresh', { refreshToken: live.refreshToken })).body;
    const ended = await app.register();
    await app.post('logout', {}, ended.accessToken);
    app.clock.advance(29 * 86_400_000);
    await app.jobs.enqueue('auth.purge-sessions', {});
    await eventually(async () => expect(await count()).toEqual({ sessions: 1, tokens: 2 }));
    const newest = (await app.post('refresh', { refreshToken: next.refreshToken })).body;
    app.clock.advance(86_400_001);
    await app.jobs.enqueue('auth.purge-sessions', {});
    await eventually(async () => expect(await count()).toEqual({ sessions: 1, tokens: 2 }));
    expect((await app.post('refresh', { refreshToken: newest.refreshToken })).status).toBe(200);
  });
});

describe('Tickets', () => {
  const stream = (ticket: string): Promise<Answer> => app.call('GET', `/probe/stream?ticket=${ticket}`);

  it('open a stream as often as needed while the session lives, long after the access token', async () => {
    const session = await app.register();
    const { body } = await app.post('ticket', {}, session.accessToken);
    expect(body).toEqual({ ticket: expect.any(String), expiresInSec: 2_592_000 });
    expect((await stream(body.ticket)).status).toBe(200);
    app.clock.advance(86_400_000);
    expect((await stream(body.ticket)).status).toBe(200);
    await app.post('logout', { refreshToken: session.refreshToken });
    expect((await stream(body.ticket)).status).toBe(401);
  });

  it('are no access tokens, and access tokens no tickets', async () => {
    const { accessToken } = await app.register();
    const { ticket } = (await app.post('ticket', {}, accessToken)).body;
    expect((await app.me(ticket)).status).toBe(401);
    expect((await stream(accessToken)).status).toBe(401);
    expect((await app.call('POST', `/probe/write?ticket=${ticket}`)).status).toBe(401);
    expect((await app.post('ticket', {})).status).toBe(401);
  });
});

describe('An outage of the directory', () => {
  it('keeps known sessions going, and refuses log-in as unavailable', async () => {
    const lonely = await startAuthApp();
    try {
      const { body } = await lonely.post('register', { username: 'someone', password: PASSWORD });
      const known = await lonely.authenticator.authenticate(body.accessToken);
      const unseen = (await lonely.post('login', { username: 'someone', password: PASSWORD })).body;
      await lonely.test.drop();
      lonely.clock.advance(10_000);
      expect(await lonely.authenticator.authenticate(body.accessToken)).toEqual(known);
      await expect(lonely.authenticator.authenticate(unseen.accessToken)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(lonely.authenticator.endedAmong([known.sessionId])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await lonely.post('login', { username: 'someone', password: PASSWORD })).toMatchObject({ status: 503, body: { retryable: true } });
      expect((await lonely.post('refresh', { refreshToken: body.refreshToken })).status).toBe(503);
    } finally {
      await lonely.close();
    }
  });
});
