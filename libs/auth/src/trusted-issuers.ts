import { AppError, type Clock } from '@agent-chat/kernel';
import { decodeJwt, jwtVerify } from 'jose';
import { z } from 'zod';
import { RemoteKeySet } from './remote-key-set';
import { MAX_TOKEN_CHARS } from './token-claims';

/** An OpenID Connect issuer whose tokens are accepted. */
export interface IssuerOptions {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audience: string;
}

/** Whom a trusted issuer's token speaks of. */
export interface ExternalIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** The issuer and its session, or its subject where it names none. */
  readonly sessionId: string;
  readonly username?: string | undefined;
  readonly name?: string | undefined;
  readonly expiresAtMs: number;
}

// Asymmetric only: with HS256 our copy of a public key would be the secret.
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const LEEWAY_SEC = 30;

const text = (max: number) => z.string().min(1).max(max);
const claimsSchema = z.object({
  iss: z.string(),
  sub: text(255).refine((subject) => !subject.includes('\0')),
  exp: z.number(),
  sid: text(255).optional().catch(undefined),
  // Said by somebody else: what doesn't fit is left out, rather than keeping the person out.
  preferred_username: text(255).optional().catch(undefined),
  name: text(255).optional().catch(undefined),
});

interface KnownIssuer extends IssuerOptions {
  readonly keys: RemoteKeySet;
}

/** Checks the tokens of trusted issuers. */
export class TrustedIssuers {
  private readonly issuers: ReadonlyMap<string, KnownIssuer>;

  constructor(
    issuers: readonly IssuerOptions[],
    private readonly clock: Clock,
    onError?: (error: unknown) => void,
  ) {
    const known = issuers.map((options): [string, KnownIssuer] => {
      const keys = new RemoteKeySet({ url: options.jwksUri, clock, ...(onError && { onError }) });
      return [options.issuer, { ...options, keys }];
    });
    this.issuers = new Map(known);
  }

  /** Whether the token claims to come from one of them; proves nothing. */
  claims(token: string): boolean {
    return this.issuers.size > 0 && this.issuerOf(token) !== undefined;
  }

  /** Whom the token speaks of. Rejects with UNAUTHENTICATED for anything that isn't a good token; with UNAVAILABLE when the issuer's keys can't be fetched. */
  async verify(token: string): Promise<ExternalIdentity> {
    const known = this.issuerOf(token);
    if (known === undefined) throw new AppError('UNAUTHENTICATED');
    try {
      const { payload } = await jwtVerify(token, (header, input) => known.keys.find(header, input), {
        algorithms: ALGORITHMS,
        issuer: known.issuer,
        audience: known.audience,
        clockTolerance: LEEWAY_SEC,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(this.clock.nowMs()),
      });
      return toIdentity(claimsSchema.parse(payload));
    } catch (error) {
      throw error instanceof AppError ? error : new AppError('UNAUTHENTICATED', { cause: error });
    }
  }

  private issuerOf(token: string): KnownIssuer | undefined {
    if (token.length > MAX_TOKEN_CHARS) return undefined;
    try {
      return this.issuers.get(decodeJwt(token).iss ?? '');
    } catch {
      return undefined;
    }
  }
}

function toIdentity(claims: z.output<typeof claimsSchema>): ExternalIdentity {
  return {
    issuer: claims.iss,
    subject: claims.sub,
    sessionId: `${claims.iss}|${claims.sid ?? claims.sub}`,
    username: claims.preferred_username,
    name: claims.name,
    expiresAtMs: (claims.exp + LEEWAY_SEC) * 1_000,
  };
}
