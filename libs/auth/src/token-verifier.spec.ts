import { newId, type UserId } from '@agent-chat/kernel';
import { FakeClock } from '@agent-chat/testing';
import { importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { type Principal } from './authenticator';
import { KeyRing } from './key-ring';
import { generateSigningKey, publicJwk, type SigningKey } from './signing-key';
import { TokenIssuer } from './token-issuer';
import { TokenVerifier } from './token-verifier';

const ISSUER = 'https://chat.example.com';

class FixedKeyRing extends KeyRing {
  keys: SigningKey[] = [];
  override async current(): Promise<SigningKey> {
    return this.keys[0]!;
  }
  override async find(kid: string): Promise<SigningKey | undefined> {
    return this.keys.find((key) => key.kid === kid);
  }
  override async all(): Promise<readonly SigningKey[]> {
    return this.keys;
  }
}

let clock: FakeClock;
let ring: FixedKeyRing;
let issuer: TokenIssuer;
let verifier: TokenVerifier;
let principal: Principal;

beforeEach(async () => {
  clock = new FakeClock();
  ring = new FixedKeyRing();
  ring.keys = [await generateSigningKey(clock.nowMs())];
  issuer = new TokenIssuer(ISSUER, ring, clock);
  verifier = new TokenVerifier(ISSUER, ring, clock);
  principal = { userId: newId<UserId>(), sessionId: newId(), roles: ['operator'], expiresAtMs: clock.nowMs() + 60_000 };
});

/** A token whose every part is right, but for what is given. */
async function crafted(change: { header?: object; claims?: object; key?: SigningKey } = {}): Promise<string> {
  const nowSec = clock.nowMs() / 1_000;
  const key = change.key ?? ring.keys[0]!;
  const claims = { iss: ISSUER, aud: 'agent-chat', sub: principal.userId, sid: 's', jti: 'j', roles: [], iat: nowSec, exp: nowSec + 60, ...change.claims };
  const header = { alg: 'EdDSA', typ: 'at+jwt', kid: ring.keys[0]!.kid, ...change.header };
  return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(key.privateJwk, 'EdDSA'));
}

async function expectRefused(token: string): Promise<void> {
  await expect(verifier.verify('access', token)).rejects.toMatchObject({ name: 'AppError', code: 'UNAUTHENTICATED' });
}

describe('A token of the built-in issuer', () => {
  it('says who it was issued for', async () => {
    expect(await verifier.verify('access', await issuer.issue('access', principal))).toEqual(principal);
    expect(await verifier.verify('ticket', await issuer.issue('ticket', principal))).toEqual(principal);
    await expect(crafted().then((token) => verifier.verify('access', token))).resolves.toMatchObject({ userId: principal.userId });
  });

  it('is good for its own purpose only', async () => {
    await expect(verifier.verify('ticket', await issuer.issue('access', principal))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expectRefused(await issuer.issue('ticket', principal));
    await expectRefused(await crafted({ header: { typ: 'ticket+jwt' } }));
    await expectRefused(await crafted({ claims: { aud: 'agent-chat/events' } }));
  });

  it('ends when it says so', async () => {
    const token = await issuer.issue('access', principal);
    clock.advance(59_000);
    await verifier.verify('access', token);
    clock.advance(1_000);
    await expectRefused(token);
  });

  it.each([
    ['another issuer', { claims: { iss: 'https://evil.example.com' } }],
    ['another audience', { claims: { aud: 'other' } }],
    ['no end', { claims: { exp: undefined } }],
    ['no session', { claims: { sid: undefined } }],
    ['no roles', { claims: { roles: undefined } }],
    ['a subject that is no user', { claims: { sub: "' or 1=1" } }],
    ['a start in the future', { claims: { nbf: 4_000_000_000 } }],
    ['an unknown key', { header: { kid: 'unknown' } }],
    ['no key', { header: { kid: undefined } }],
    ['no type', { header: { typ: undefined } }],
  ])('is refused with %s', async (_what, change) => {
    await expectRefused(await crafted(change));
  });

  it('is refused when another key signed it under the name of a known one', async () => {
    await expectRefused(await crafted({ key: await generateSigningKey(clock.nowMs()) }));
  });

  it('is refused unsigned, signed with the public key as a secret, and with any character changed', async () => {
    const nowSec = clock.nowMs() / 1_000;
    const claims = { iss: ISSUER, aud: 'agent-chat', sub: principal.userId, sid: 's', jti: 'j', roles: ['operator'], iat: nowSec, exp: nowSec + 60 };
    await expectRefused(new UnsecuredJWT(claims).encode());
    const key = ring.keys[0]!;
    const secret = new TextEncoder().encode(publicJwk(key).x);
    await expectRefused(await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: key.kid }).sign(secret));
    const token = await crafted();
    const [header, payload, signature] = token.split('.');
    await expectRefused(`${header}.${Buffer.from(JSON.stringify({ ...claims, sid: 'other' })).toString('base64url')}.${signature}`);
    await expectRefused(`${header}.${payload}.`);
    await expectRefused(`${header}.${payload}`);
    await expectRefused('');
    await expectRefused(`${token}${'a'.repeat(9_000)}`);
  });

  it('stays good after its key was retired, until the ring forgets it', async () => {
    const token = await issuer.issue('access', principal);
    const [old] = ring.keys;
    ring.keys = [await generateSigningKey(clock.nowMs()), { ...old!, retiredAtMs: clock.nowMs() }];
    await verifier.verify('access', token);
    expect(await verifier.verify('access', await issuer.issue('access', principal))).toEqual(principal);
    ring.keys.pop();
    await expectRefused(token);
  });

  it('has its signature checked once, however often it is sent, and is good for no other purpose then either', async () => {
    const verify = jest.spyOn(crypto.subtle, 'verify');
    const token = await issuer.issue('access', principal);
    for (let sent = 0; sent < 3; sent++) expect(await verifier.verify('access', token)).toEqual(principal);
    expect(verify).toHaveBeenCalledTimes(1);
    await expect(verifier.verify('ticket', token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    verify.mockRestore();
  });

  it('shows nothing private of its key', () => {
    expect(Object.keys(publicJwk(ring.keys[0]!)).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });
});
