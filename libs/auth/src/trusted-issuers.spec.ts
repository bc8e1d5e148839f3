import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { AppError } from '@agent-chat/kernel';
import { FakeClock } from '@agent-chat/testing';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { TrustedIssuers } from './trusted-issuers';

interface Key {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

const ISSUER = 'https://id.example.com';
let clock: FakeClock;
let issuers: TrustedIssuers;
let server: Server;
let requests: number;
let published: Key[];
let answer: 'keys' | 'error' | 'garbage' | 'silence';

async function makeKey(alg: string, kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return { alg, kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

function claimsNow(change: object = {}): Record<string, unknown> {
  const nowSec = clock.nowMs() / 1_000;
  return { iss: ISSUER, aud: 'agent-chat', sub: 'someone', iat: nowSec, exp: nowSec + 300, ...change };
}

function sign(change: object = {}, key = published[0]!): Promise<string> {
  return new SignJWT(claimsNow(change)).setProtectedHeader({ alg: key.alg, kid: key.kid }).sign(key.privateKey);
}

const code = (token: string): Promise<string> =>
  issuers.verify(token).then(
    () => 'ok',
    (error: unknown) => AppError.from(error).code,
  );

beforeEach(async () => {
  clock = new FakeClock();
  requests = 0;
  answer = 'keys';
  published = [await makeKey('ES256', 'first')];
  server = createServer((_request, response) => {
    requests++;
    if (answer === 'keys') response.end(JSON.stringify({ keys: published.map(({ jwk }) => jwk) }));
    if (answer === 'error') response.writeHead(500).end();
    if (answer === 'garbage') response.end('<html>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  issuers = new TrustedIssuers([{ issuer: ISSUER, jwksUri, audience: 'agent-chat' }], clock);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe("A trusted issuer's token", () => {
  it.each(['RS256', 'ES256', 'EdDSA'])('is good when signed with %s', async (alg) => {
    published = [await makeKey(alg, 'k')];
    expect(await issuers.verify(await sign({ preferred_username: 'jane', name: 'Jane', sid: 'abc' }))).toEqual({
      issuer: ISSUER,
      subject: 'someone',
      sessionId: `${ISSUER}|abc`,
      username: 'jane',
      name: 'Jane',
      expiresAtMs: clock.nowMs() + 330_000,
    });
  });

  it.each(['RS512', 'PS256', 'ES384'])('is refused when signed with %s', async (alg) => {
    published = [await makeKey(alg, 'k')];
    expect(await code(await sign())).toBe('UNAUTHENTICATED');
  });

  it('is refused unsigned, and signed with the public key as a secret', async () => {
    expect(await code(new UnsecuredJWT(claimsNow()).encode())).toBe('UNAUTHENTICATED');
    const secret = new TextEncoder().encode(await exportSPKI(published[0]!.publicKey));
    expect(await code(await new SignJWT(claimsNow()).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(secret))).toBe('UNAUTHENTICATED');
  });

  it('is refused with another audience, issuer, key, or without a subject or an end', async () => {
    for (const change of [
      { aud: 'other' },
      { aud: undefined },
      { iss: 'https://evil.example.com' },
      { iss: undefined },
      { sub: undefined },
      { sub: 'a\0b' },
      { exp: undefined },
    ]) {
      expect(await code(await sign(change))).toBe('UNAUTHENTICATED');
    }
    expect(await code(await sign({}, await makeKey('ES256', 'first')))).toBe('UNAUTHENTICATED');
    expect(await code(await sign())).toBe('ok');
  });

  it('has 30 s of leeway at both ends', async () => {
    const nowSec = clock.nowMs() / 1_000;
    expect(await code(await sign({ exp: nowSec - 29 }))).toBe('ok');
    expect(await code(await sign({ exp: nowSec - 30 }))).toBe('UNAUTHENTICATED');
    expect(await code(await sign({ nbf: nowSec + 30 }))).toBe('ok');
    expect(await code(await sign({ nbf: nowSec + 31 }))).toBe('UNAUTHENTICATED');
  });

  it('keeps its person in when optional claims are nonsense', async () => {
    expect(await issuers.verify(await sign({ preferred_username: 7, name: { a: 1 }, sid: '' }))).toMatchObject({
      username: undefined,
      name: undefined,
      sessionId: `${ISSUER}|someone`,
    });
  });

  it('is recognised by its issuer, whatever else it is', async () => {
    expect(issuers.claims(await sign())).toBe(true);
    expect(issuers.claims(await sign({ iss: 'https://other.example.com' }))).toBe(false);
    for (const text of ['', 'a.b.c', '..', 'x'.repeat(9_000)]) expect(issuers.claims(text)).toBe(false);
  });
});

describe("A trusted issuer's keys", () => {
  it('are fetched once for many calls, and again after ten minutes', async () => {
    await Promise.all(Array.from({ length: 20 }, async () => expect(await code(await sign())).toBe('ok')));
    expect(requests).toBe(1);
    clock.advance(10 * 60_000);
    expect(await code(await sign())).toBe('ok');
    expect(requests).toBe(2);
  });

  it('are fetched again for an unknown key, but not more than every 30 s', async () => {
    await code(await sign());
    const next = await makeKey('ES256', 'second');
    expect(await code(await sign({}, next))).toBe('UNAUTHENTICATED');
    published.push(next);
    clock.advance(29_999);
    expect(await code(await sign({}, next))).toBe('UNAUTHENTICATED');
    expect(requests).toBe(1);
    clock.advance(1);
    expect(await code(await sign({}, next))).toBe('ok');
    expect(requests).toBe(2);
  });

  it.each(['error', 'garbage'] as const)('make it unavailable, not unauthenticated, while they were never read (%s), and good again later', async (failure) => {
    answer = failure;
    expect(await code(await sign())).toBe('UNAVAILABLE');
    expect(await code(await sign())).toBe('UNAVAILABLE');
    expect(requests).toBe(1);
    answer = 'keys';
    clock.advance(2_000);
    expect(await code(await sign())).toBe('ok');
  });

  it('make it unavailable when their server does not answer at all', async () => {
    answer = 'silence';
    expect(await code(await sign())).toBe('UNAVAILABLE');
  });

  it('serve on for a day while their server is down; unknown ones are unavailable meanwhile', async () => {
    await code(await sign());
    answer = 'error';
    clock.advance(23 * 3_600_000);
    expect(await code(await sign())).toBe('ok');
    expect(await code(await sign({}, await makeKey('ES256', 'unknown')))).toBe('UNAVAILABLE');
    clock.advance(3_600_000);
    expect(await code(await sign())).toBe('UNAVAILABLE');
  });
});
