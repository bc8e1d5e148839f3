import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type Answer, type AuthApp, startAuthApp } from './auth-app';

interface Key {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

const ISSUER = 'https://id.example.com';
let app: AuthApp;
let other: AuthApp;
let server: Server;
let keys: Key[];

async function makeKey(alg: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const kid = `key-${alg}`;
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

function token(claims: Record<string, unknown>, key = keys[0]!): Promise<string> {
  const nowSec = Math.floor(app.clock.nowMs() / 1_000);
  return new SignJWT({ iss: ISSUER, aud: 'agent-chat', iat: nowSec, exp: nowSec + 300, ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.kid })
    .sign(key.privateKey);
}

const me = (bearer: string, on = app): Promise<Answer> => on.call('GET', '/api/v1/users/me', { token: bearer });

beforeAll(async () => {
  keys = await Promise.all(['RS256', 'ES256', 'EdDSA'].map(makeKey));
  server = createServer((_request, response) => response.end(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  const settings = { trustedIssuers: [{ issuer: ISSUER, jwksUri, audience: 'agent-chat' }], operators: [`${ISSUER}|boss`, 'admin'] };
  app = await startAuthApp(settings);
  other = await startAuthApp(settings, app);
});
afterAll(async () => {
  await other.close();
  await app.close();
  server.close();
});

describe('A user of a trusted issuer', () => {
  it.each([0, 1, 2])('is let in with a token of any algorithm (key %i), and made at first sight', async (index) => {
    const bearer = await token({ sub: `user-${index}`, preferred_username: `Jane.Doe${index}@example.com`, name: 'Jane Doe' }, keys[index]);
    const { status, body } = await me(bearer);
    expect(status).toBe(200);
    expect(body).toEqual({ userId: expect.any(String), username: `jane.doe${index}`, displayName: 'Jane Doe', bot: false, roles: [] });
    expect((await me(await token({ sub: `user-${index}` }), other)).body).toEqual(body);
  });

  it('is one user, however many calls come first, on any node', async () => {
    const rush = async (index: number): Promise<void> => {
      const bearer = await token({ sub: `rushed-${index}`, preferred_username: `rushed${index}` });
      const answers = await Promise.all([me(bearer), me(bearer, other), me(bearer), me(bearer, other)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect(new Set(answers.map(({ body }) => body.userId)).size).toBe(1);
      expect(answers[0].body.username).toBe(`rushed${index}`);
    };
    await Promise.all(Array.from({ length: 20 }, (_, index) => rush(index)));
  });

  it('gets another name where the wanted one is taken, and any name where none was given', async () => {
    await app.call('POST', '/api/v1/auth/register', { body: { username: 'sam', password: 'correct horse' } });
    const second = await me(await token({ sub: 'sam-1', preferred_username: 'Sam' }));
    const third = await me(await token({ sub: 'sam-2', preferred_username: 'sam' }));
    expect([second.body.username, third.body.username]).toEqual(['sam-2', 'sam-3']);
    for (let index = 0; index < 30; index++) expect((await me(await token({ sub: `nameless-${index}` }))).status).toBe(200);
    expect(await me(await token({ sub: 'odd', preferred_username: { a: 1 }, name: 'x\u0000y'.repeat(50) }))).toMatchObject({
      status: 200,
      body: { displayName: expect.not.stringContaining('\0') },
    });
  });

  it('is an operator by issuer and subject, never by a name that it chose', async () => {
    expect((await app.call('GET', '/probe/operator', { token: await token({ sub: 'boss' }) })).status).toBe(200);
    const pretender = await token({ sub: 'x', preferred_username: 'admin', roles: ['operator'] });
    expect((await me(pretender)).body.username).toBe('admin');
    expect((await app.call('GET', '/probe/operator', { token: pretender })).status).toBe(403);
    expect((await app.call('POST', '/api/v1/auth/login', { body: { username: 'admin', password: 'anything' } })).status).toBe(401);
  });

  it('opens streams by a ticket as long as its token, and logs out at its issuer', async () => {
    const bearer = await token({ sub: 'streaming', sid: 'their-session' });
    const { body } = await app.call('POST', '/api/v1/auth/ticket', { token: bearer });
    expect(body.expiresInSec).toBe(330);
    const stream = () => app.call('GET', `/probe/stream?ticket=${body.ticket}`);
    expect((await stream()).status).toBe(200);
    app.clock.advance(331_000);
    expect((await stream()).status).toBe(401);
    expect((await app.call('POST', '/api/v1/auth/logout', { token: await token({ sub: 'streaming' }) })).status).toBe(403);
  });

  it('is refused with a token of an unknown issuer, of another audience, or lapsed', async () => {
    for (const claims of [
      { iss: 'https://evil.example.com' },
      { aud: 'other' },
      { exp: Math.floor(app.clock.nowMs() / 1_000) - 31 },
      { sub: undefined },
      { sub: '' },
    ]) {
      expect((await me(await token({ sub: 'refused', ...claims }))).status).toBe(401);
    }
  });
});
