import { createRemoteJWKSet, customFetch, decodeProtectedHeader, jwtVerify } from 'jose';
import { type AuthApp, type Json, startAuthApp } from './auth-app';

const DAY_MS = 86_400_000;
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

const keyIds = async (on: AuthApp): Promise<string[]> => (await on.call('GET', '/.well-known/jwks.json')).body.keys.map(({ kid }: { kid: string }) => kid);
const logIn = async (on: AuthApp): Promise<Json> =>
  (await on.call('POST', '/api/v1/auth/login', { body: { username: 'keeper', password: 'correct horse' } })).body;
const keyIdOf = ({ accessToken }: Json): unknown => decodeProtectedHeader(accessToken).kid;
const ticketOf = async (accessToken: string): Promise<string> => (await app.call('POST', '/api/v1/auth/ticket', { token: accessToken })).body.ticket;
const stream = async (ticket: string, on: AuthApp): Promise<number> => (await on.call('GET', `/probe/stream?ticket=${ticket}`)).status;

describe('The signing keys', () => {
  it('are one for all nodes, made when first needed, shown without their private half', async () => {
    const [one, two] = await Promise.all([keyIds(app), keyIds(other)]);
    expect(one).toHaveLength(1);
    expect(two).toEqual(one);
    const { body, headers } = await app.call('GET', '/.well-known/jwks.json');
    expect(Object.keys(body.keys[0]).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    expect(headers.get('cache-control')).toContain('max-age');
  });

  it('let anybody check a token by what is published', async () => {
    const { body: session } = await app.call('POST', '/api/v1/auth/register', { body: { username: 'keeper', password: 'correct horse' } });
    const { body: configuration } = await app.call('GET', '/.well-known/openid-configuration');
    const keys = createRemoteJWKSet(new URL(configuration.jwks_uri), {
      [customFetch]: async () => Response.json((await app.call('GET', new URL(configuration.jwks_uri).pathname)).body),
    });
    const { payload, protectedHeader } = await jwtVerify(session.accessToken, keys, {
      issuer: configuration.issuer,
      audience: 'agent-chat',
      currentDate: new Date(app.clock.nowMs()),
    });
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' });
    expect(payload).toMatchObject({ sub: session.user.userId, sid: expect.any(String), jti: expect.any(String), roles: [] });
    expect(payload.exp! - payload.iat!).toBe(900);
  });

  it('give way to a new one after 30 days, and verify until their last token has ended', async () => {
    const [first] = await keyIds(app);
    app.clock.advance(29 * DAY_MS);
    const early = await logIn(app);
    const ticket = await ticketOf(early.accessToken);
    app.clock.advance(DAY_MS - 1_000);
    expect(await keyIds(app)).toEqual([first]);
    app.clock.advance(1_000);
    const atRotation = await logIn(other);
    const [second, ...rest] = await keyIds(app);
    expect(rest).toEqual([first]);
    expect(second).not.toBe(first);
    // Whoever keeps the key set for five minutes must know the new key before the first token of it comes.
    expect(keyIdOf(atRotation)).toBe(first);
    app.clock.advance(10 * 60_000);
    const late = await logIn(other);
    expect(keyIdOf(late)).toBe(second);
    expect((await app.call('GET', '/api/v1/users/me', { token: late.accessToken })).status).toBe(200);
    expect(await stream(ticket, other)).toBe(200);
    app.clock.advance(20 * DAY_MS);
    expect(await keyIds(other)).toContain(first);
    app.clock.advance(11 * DAY_MS);
    expect(await keyIds(other)).not.toContain(first);
  });

  it('are known to a node that saw none of it happen', async () => {
    const { accessToken } = await logIn(app);
    const newcomer = await startAuthApp({}, app);
    try {
      expect((await newcomer.call('GET', '/api/v1/users/me', { token: accessToken })).status).toBe(200);
    } finally {
      await newcomer.close();
    }
  });
});
