import { newId, type Clock } from '@agent-chat/kernel';
import { importJWK, SignJWT } from 'jose';
import { type Principal } from './authenticator';
import { type KeyRing } from './key-ring';
import { SIGNING_ALGORITHM } from './signing-key';
import { PURPOSES, type TokenPurpose } from './token-claims';

/** Signs the tokens of the built-in issuer. */
export class TokenIssuer {
  constructor(
    private readonly issuer: string,
    private readonly keys: KeyRing,
    private readonly clock: Clock,
  ) {}

  /** A token that says who `principal` is until `principal.expiresAtMs`. Rejects with UNAVAILABLE when there is no key to sign with. */
  async issue(purpose: TokenPurpose, principal: Principal): Promise<string> {
    const { kid, privateJwk } = await this.keys.current();
    const { typ, audience } = PURPOSES[purpose];
    return new SignJWT({ sid: principal.sessionId, roles: [...principal.roles] })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ, kid })
      .setIssuer(this.issuer)
      .setSubject(principal.userId)
      .setAudience(audience)
      .setIssuedAt(Math.floor(this.clock.nowMs() / 1_000))
      .setExpirationTime(Math.floor(principal.expiresAtMs / 1_000))
      .setJti(newId())
      .sign(await importJWK(privateJwk, SIGNING_ALGORITHM));
  }
}
