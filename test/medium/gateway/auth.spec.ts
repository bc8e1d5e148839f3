import { randomUUID } from 'node:crypto';
import { eventually } from '@agent-chat/testing';
import { type AuthApp, type Answer, startAuthApp } from './auth-app';

const PASSWORD = 'correct horse battery';
let app: AuthApp;
let other: AuthApp;
let counter = 0;

beforeAll(async () => {
  app = await startAuthApp({ operators: ['Root-Person'] });
  other = await startAuthApp({ operators: ['Root-Person'] }, app);
});
afterAll(async () => {
  await other.close();
  await app.close();
});

const freshName = (): string => `person-${++counter}`;
const post = (path: string, body: unknown, token?: string, on = app): Promise<Answer> =>
  on.call('POST', `/api/v1/auth/${path}`, { body, ...(token && { token }) });
const me = (token: string, on = app): Promise<Answer> => on.call('GET', '/api/v1/users/me', { token });

async function register(username = freshName(), headers: Record<string, string> = {}): Promise<any> {
  const { status, body } = await app.call('POST', '/api/v1/auth/register', { body: { username, password: PASSWORD }, headers });
  expect(status).toBe(201);
  return body;
}

describe('Registering', () => {
  it('answers the user and a session that works', async () => {
    const { status, body, headers } = await post('register', { username: 'Ada.Lovelace', password: PASSWORD, displayName: ' Ada ' });
    expect(status).toBe(201);
    expect(body).toEqual({
      user: { userId: expect.any(String), username: 'ada.lovelace', displayName: 'Ada', bot: false },
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      expiresInSec: 900,
    });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await me(body.accessToken)).toMatchObject({ status: 200, body: body.user });
  });

  it('takes a name once, in whatever case, also when many ask at once', async () => {
    const username = freshName();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => post('register', { username: index % 2 ? username.toUpperCase() : username, password: PASSWORD })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status, body }) => status === 409 && body.code === 'USERNAME_TAKEN')).toHaveLength(7);
  });

  it('answers the same user again when the call is repeated with its key, also at once', async () => {
    const username = freshName();
    const headers = { 'idempotency-key': `reg-${username}` };
    const answers = await Promise.all([register(username, headers), register(username, headers), register(username, headers)]);
    const again = await register(username, headers);
    expect(new Set([...answers, again].map(({ user }) => user.userId)).size).toBe(1);
    expect(await me(again.accessToken)).toMatchObject({ status: 200 });
  });

  it('does not let a key stand in for the password, nor the password for the key, nor either after ten minutes', async () => {
    const username = freshName();
    const key = { 'idempotency-key': `key-${username}` };
    await register(username, key);
    const attempt = (password: string, headers: Record<string, string>) => app.call('POST', '/api/v1/auth/register', { body: { username, password }, headers });
    expect(await attempt('another password', key)).toMatchObject({ status: 409 });
    expect(await attempt(PASSWORD, { 'idempotency-key': 'other' })).toMatchObject({ status: 409 });
    expect(await attempt(PASSWORD, {})).toMatchObject({ status: 409 });
    app.clock.advance(10 * 60_000);
    expect(await attempt(PASSWORD, key)).toMatchObject({ status: 409 });
  });

  it.each([
    ['a short password', { username: 'fine', password: 'short' }],
    ['a NUL in the password', { username: 'fine', password: 'long enough\0' }],
    ['a lone surrogate in the password', { username: 'fine', password: 'long enough\ud800' }],
    ['a NUL in the username', { username: 'fi\0ne', password: PASSWORD }],
    ['SQL in the username', { username: "x'; drop table users; --", password: PASSWORD }],
    ['a NUL in the display name', { username: 'fine', password: PASSWORD, displayName: 'a\0b' }],
    ['a number for a name', { username: 7, password: PASSWORD }],
    ['an object for a password', { username: 'fine', password: { $ne: null } }],
    ['an array', [1, 2]],
    ['null', 'null'],
    ['nothing', undefined],
  ])('refuses %s', async (_what, body) => {
    const { status } = await app.call('POST', '/api/v1/auth/register', { body });
    expect(status).toBe(400);
  });

  it('refuses a megabyte, and JSON nested ten thousand deep, without harm', async () => {
    expect((await post('register', { username: 'fine', password: 'x'.repeat(1_000_000) })).status).toBe(400);
    const deep = `{"username":${'['.repeat(10_000)}${']'.repeat(10_000)},"password":"x"}`;
    expect((await app.call('POST', '/api/v1/auth/register', { body: deep })).status).toBe(400);
    await register();
  });
});

describe('Logging in', () => {
  it('opens a session with the right password, in any case of the name', async () => {
    const { user } = await register();
    const { status, body } = await post('login', { username: user.username.toUpperCase(), password: PASSWORD });
    expect(status).toBe(200);
    expect(body.user).toEqual(user);
    expect(await me(body.accessToken)).toMatchObject({ status: 200 });
  });

  it('answers alike for a wrong password, an unknown name and one that nobody can have', async () => {
    const { user } = await register();
    const answers = await Promise.all([
      post('login', { username: user.username, password: 'wrong password' }),
      post('login', { username: 'nobody-at-all', password: PASSWORD }),
      post('login', { username: 'no\0body', password: PASSWORD }),
      post('login', { username: user.username, password: `${PASSWORD}\0` }),
      post('login', { username: "' or 1=1 --", password: "' or 1=1 --" }),
    ]);
    for (const { status, body } of answers) expect({ status, body }).toEqual({ status: 401, body: expect.objectContaining({ code: 'INVALID_CREDENTIALS' }) });
  });

  it('tells passwords apart that differ in one character of any script', async () => {
    const username = freshName();
    await post('register', { username, password: 'пароль🔑é-длинный' });
    expect((await post('login', { username, password: 'пароль🔑é-длинный' })).status).toBe(200);
    expect((await post('login', { username, password: 'пароль🔑e\u0301-длинный' })).status).toBe(401);
  });

  it('stops guessing after ten failures, also with the right password and all at once, until the window ends', async () => {
    const { user } = await register();
    const guess = (password: string) => post('login', { username: user.username, password });
    const answers = await Promise.all(Array.from({ length: 20 }, () => guess('wrong password')));
    expect(answers.some(({ body }) => body.code === 'RATE_LIMITED')).toBe(true);
    for (let n = 0; n < 10; n++) await guess('wrong password');
    const refused = await guess(PASSWORD);
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED', retryable: true } });
    expect(refused.body.retryAfterMs).toBeGreaterThan(0);
    app.clock.advance(refused.body.retryAfterMs);
    expect((await guess(PASSWORD)).status).toBe(200);
  });

  it('gives the role of operator to those who are named in the settings', async () => {
    const operator = await register('root-person');
    const person = await register();
    expect((await app.call('GET', '/probe/operator', { token: operator.accessToken })).status).toBe(200);
    expect(await app.call('GET', '/probe/operator', { token: person.accessToken })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect((await app.call('GET', '/probe/operator')).status).toBe(401);
  });
});

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

describe('The guard', () => {
  it.each([
    ['nothing', undefined],
    ['another scheme', 'Basic YTpi'],
    ['an empty token', 'Bearer '],
    ['text that is no token', 'Bearer abc'],
    ['a token of 20 KB', `Bearer ${'a.'.repeat(5_000)}`],
    ['dots', 'Bearer ..'],
  ])('refuses %s', async (_what, authorization) => {
    expect((await app.call('GET', '/api/v1/users/me', { headers: authorization === undefined ? {} : { authorization } })).status).toBe(401);
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
