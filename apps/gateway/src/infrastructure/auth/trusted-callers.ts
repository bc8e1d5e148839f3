import { createHash } from 'node:crypto';
import { type Principal, TrustedIssuers } from '@agent-chat/auth';
import { Cache } from '@agent-chat/cache';
import { Injectable } from '@nestjs/common';
import { Operators } from '../../application/auth/operators';
import { ExternalAccounts } from './external-accounts';

// Which user an identity is never changes.
const TTL_MS = 3_600_000;

/** Knows callers by tokens of trusted issuers. */
@Injectable()
export class TrustedCallers {
  constructor(
    private readonly issuers: TrustedIssuers,
    private readonly accounts: ExternalAccounts,
    private readonly operators: Operators,
    private readonly cache: Cache,
  ) {}

  /** Whether the token claims to come from a trusted issuer. */
  issued(token: string): boolean {
    return this.issuers.claims(token);
  }

  /** Who the token speaks of. Rejects as `Authenticator.authenticate`. */
  async identify(token: string): Promise<Principal> {
    const identity = await this.issuers.verify(token);
    const { issuer, subject, sessionId, expiresAtMs } = identity;
    const key = createHash('sha256').update(`${issuer}|${subject}`).digest('base64url');
    const userId = await this.cache.getOrLoad(`identity:${key}`, TTL_MS, () => this.accounts.findOrCreate(identity));
    return { userId, sessionId, roles: this.operators.rolesOfIdentity(issuer, subject), expiresAtMs };
  }
}
