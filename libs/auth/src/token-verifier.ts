import { AppError, type Clock } from '@agent-chat/kernel';
import { importJWK, type JWTHeaderParameters, jwtVerify, type CryptoKey } from 'jose';
import { type Principal } from './authenticator';
import { type KeyRing } from './key-ring';
import { publicJwk, SIGNING_ALGORITHM } from './signing-key';
import { MAX_TOKEN_CHARS, principalOf, PURPOSES, type TokenPurpose } from './token-claims';

/** Checks the tokens of the built-in issuer. Reaches for the database only when it meets a key that it doesn't know. */
export class TokenVerifier {
  private readonly imported = new Map<string, CryptoKey>();

  constructor(
    private readonly issuer: string,
    private readonly keys: KeyRing,
    private readonly clock: Clock,
  ) {}

  /** Who the token speaks of. Rejects with UNAUTHENTICATED for anything that isn't a good token of this purpose; with UNAVAILABLE when that can't be told. */
  async verify(purpose: TokenPurpose, token: string): Promise<Principal> {
    if (token.length > MAX_TOKEN_CHARS) throw new AppError('UNAUTHENTICATED');
    const { typ, audience } = PURPOSES[purpose];
    try {
      const { payload } = await jwtVerify(token, (header) => this.keyOf(header), {
        algorithms: [SIGNING_ALGORITHM],
        issuer: this.issuer,
        audience,
        typ,
        requiredClaims: ['exp', 'iat', 'sub', 'sid', 'jti'],
        currentDate: new Date(this.clock.nowMs()),
      });
      const principal = principalOf(payload);
      if (principal === undefined) throw new AppError('UNAUTHENTICATED');
      return principal;
    } catch (error) {
      throw error instanceof AppError ? error : new AppError('UNAUTHENTICATED', { cause: error });
    }
  }

  private async keyOf({ kid }: JWTHeaderParameters): Promise<CryptoKey> {
    // The ring is asked each time, because it forgets keys whose last token has ended.
    const key = kid === undefined ? undefined : await this.keys.find(kid);
    if (key === undefined) throw new AppError('UNAUTHENTICATED');
    const known = this.imported.get(key.kid);
    if (known !== undefined) return known;
    const imported = await importJWK(publicJwk(key), SIGNING_ALGORITHM);
    if (imported instanceof Uint8Array) throw new AppError('UNAUTHENTICATED');
    this.imported.set(key.kid, imported);
    return imported;
  }
}
