import { AppError, type Clock } from '@agent-chat/kernel';
import { importJWK, type JWTHeaderParameters, jwtVerify, type CryptoKey } from 'jose';
import { type Principal } from './authenticator';
import { type KeyRing } from './key-ring';
import { publicJwk, SIGNING_ALGORITHM } from './signing-key';
import { MAX_TOKEN_CHARS, principalOf, PURPOSES, type TokenPurpose } from './token-claims';

/** How many tokens that were found good are remembered; of about 1 KB each. */
const MAX_KNOWN = 20_000;

/** What a good token said, and the key that signed it. */
interface KnownToken {
  readonly principal: Principal;
  readonly kid: string;
}

/** Checks the tokens of the built-in issuer. Reaches for the database only when it meets a key that it doesn't know. A signature is checked once: a token sent again is compared with those that were good. */
export class TokenVerifier {
  private readonly imported = new Map<string, CryptoKey>();
  private readonly known = new Map<string, KnownToken>();

  constructor(
    private readonly issuer: string,
    private readonly keys: KeyRing,
    private readonly clock: Clock,
  ) {}

  /** Who the token speaks of. Rejects with UNAUTHENTICATED for anything that isn't a good token of this purpose; with UNAVAILABLE when that can't be told. */
  async verify(purpose: TokenPurpose, token: string): Promise<Principal> {
    if (token.length > MAX_TOKEN_CHARS) throw new AppError('UNAUTHENTICATED');
    const known = this.known.get(`${purpose} ${token}`);
    // Time goes on, and the ring forgets keys.
    if (known !== undefined && this.clock.nowMs() < known.principal.expiresAtMs && (await this.keys.find(known.kid)) !== undefined) return known.principal;
    const { typ, audience } = PURPOSES[purpose];
    try {
      const { payload, protectedHeader } = await jwtVerify(token, (header) => this.keyOf(header), {
        algorithms: [SIGNING_ALGORITHM],
        issuer: this.issuer,
        audience,
        typ,
        requiredClaims: ['exp', 'iat', 'sub', 'sid', 'jti'],
        currentDate: new Date(this.clock.nowMs()),
      });
      const principal = principalOf(payload);
      if (principal === undefined) throw new AppError('UNAUTHENTICATED');
      this.remember(`${purpose} ${token}`, { principal, kid: protectedHeader.kid ?? '' });
      return principal;
    } catch (error) {
      throw error instanceof AppError ? error : new AppError('UNAUTHENTICATED', { cause: error });
    }
  }

  private remember(name: string, token: KnownToken): void {
    this.known.set(name, token);
    if (this.known.size <= MAX_KNOWN) return;
    // A Map keeps the order of insertion: the first was seen first.
    for (const oldest of this.known.keys()) {
      this.known.delete(oldest);
      return;
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
