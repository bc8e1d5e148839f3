import { type AuthApp, freshName, PASSWORD, startAuthApp } from './auth-app';

let app: AuthApp;

beforeAll(async () => {
  app = await startAuthApp({ operators: ['Root-Person'] });
});
afterAll(async () => {
  await app.close();
});

describe('Registering', () => {
  it('answers the user and a session that works', async () => {
    const { status, body, headers } = await app.post('register', { username: 'Ada.Lovelace', password: PASSWORD, displayName: ' Ada ' });
    expect(status).toBe(201);
    expect(body).toEqual({
      user: { userId: expect.any(String), username: 'ada.lovelace', displayName: 'Ada', bot: false },
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      expiresInSec: 900,
    });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await app.me(body.accessToken)).toMatchObject({ status: 200, body: body.user });
  });

  it('takes a name once, in whatever case, also when many ask at once', async () => {
    const username = freshName();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => app.post('register', { username: index % 2 ? username.toUpperCase() : username, password: PASSWORD })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status, body }) => status === 409 && body.code === 'USERNAME_TAKEN')).toHaveLength(7);
  });

  it('answers the same user again when the call is repeated with its key, also at once', async () => {
    const username = freshName();
    const headers = { 'idempotency-key': `reg-${username}` };
    const answers = await Promise.all([app.register(username, headers), app.register(username, headers), app.register(username, headers)]);
    const again = await app.register(username, headers);
    expect(new Set([...answers, again].map(({ user }) => user.userId)).size).toBe(1);
    expect(await app.me(again.accessToken)).toMatchObject({ status: 200 });
  });

  it('does not let a key stand in for the password, nor the password for the key, nor either after ten minutes', async () => {
    const username = freshName();
    const key = { 'idempotency-key': `key-${username}` };
    await app.register(username, key);
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
    expect((await app.post('register', { username: 'fine', password: 'x'.repeat(1_000_000) })).status).toBe(413);
    const deep = `{"username":${'['.repeat(10_000)}${']'.repeat(10_000)},"password":"x"}`;
    expect((await app.call('POST', '/api/v1/auth/register', { body: deep })).status).toBe(400);
    await app.register();
  });
});

describe('Logging in', () => {
  it('opens a session with the right password, in any case of the name', async () => {
    const { user } = await app.register();
    const { status, body } = await app.post('login', { username: user.username.toUpperCase(), password: PASSWORD });
    expect(status).toBe(200);
    expect(body.user).toEqual(user);
    expect(await app.me(body.accessToken)).toMatchObject({ status: 200 });
  });

  it('answers alike for a wrong password, an unknown name and one that nobody can have', async () => {
    const { user } = await app.register();
    const answers = await Promise.all([
      app.post('login', { username: user.username, password: 'wrong password' }),
      app.post('login', { username: 'nobody-at-all', password: PASSWORD }),
      app.post('login', { username: 'no\0body', password: PASSWORD }),
      app.post('login', { username: user.username, password: `${PASSWORD}\0` }),
      app.post('login', { username: "' or 1=1 --", password: "' or 1=1 --" }),
    ]);
    for (const { status, body } of answers) expect({ status, body }).toEqual({ status: 401, body: expect.objectContaining({ code: 'INVALID_CREDENTIALS' }) });
  });

  it('tells passwords apart that differ in one character of any script', async () => {
    const username = freshName();
    await app.post('register', { username, password: 'пароль🔑é-длинный' });
    expect((await app.post('login', { username, password: 'пароль🔑é-длинный' })).status).toBe(200);
    expect((await app.post('login', { username, password: 'пароль🔑e\u0301-длинный' })).status).toBe(401);
  });

  it('stops guessing after ten failures, also with the right password and all at once, until the window ends', async () => {
    const { user } = await app.register();
    const guess = (password: string) => app.post('login', { username: user.username, password });
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
    const operator = await app.register('root-person');
    const person = await app.register();
    expect((await app.call('GET', '/probe/operator', { token: operator.accessToken })).status).toBe(200);
    expect(await app.call('GET', '/probe/operator', { token: person.accessToken })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect((await app.call('GET', '/probe/operator')).status).toBe(401);
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
