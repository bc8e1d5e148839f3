import { Authenticator, type Principal, TokenVerifier } from '@agent-chat/auth';
import { isUuid } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { SessionLiveness } from './session-liveness';
import { TrustedCallers } from './trusted-callers';

/** Knows callers by tokens of the built-in issuer, or of a trusted one. */
@Injectable()
export class DirectoryAuthenticator extends Authenticator {
  constructor(
    private readonly verifier: TokenVerifier,
    private readonly sessions: SessionLiveness,
    private readonly trusted: TrustedCallers,
  ) {
    super();
  }

  override async authenticate(token: string): Promise<Principal> {
    if (this.trusted.issued(token)) return this.trusted.identify(token);
    return this.alive(await this.verifier.verify('access', token));
  }

  override async redeemTicket(ticket: string): Promise<Principal> {
    return this.alive(await this.verifier.verify('ticket', ticket));
  }

  override async endedAmong(sessionIds: readonly string[]): Promise<readonly string[]> {
    return this.sessions.endedAmong(sessionIds.filter(isUuid));
  }

  // A trusted issuer's sessions are its own, and end with its tokens: their ids are no UUIDs.
  private async alive(principal: Principal): Promise<Principal> {
    if (isUuid(principal.sessionId)) await this.sessions.assertAlive(principal.sessionId);
    return principal;
  }
}
