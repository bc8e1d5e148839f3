import { type Principal, TokenIssuer } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { Clock, isUuid } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';

export interface Ticket {
  readonly ticket: string;
  readonly expiresInSec: number;
}

/** Gives out tickets for event streams. */
@Injectable()
export class IssueTicketHandler {
  constructor(
    private readonly issuer: TokenIssuer,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** A ticket that is good as long as the caller's session. Rejects with UNAVAILABLE. */
  async handle(caller: Principal): Promise<Ticket> {
    const nowMs = this.clock.nowMs();
    // A session never lives longer than this from now unless it is renewed, and whether it still does is asked when the ticket is shown.
    const sessionEndsAtMs = nowMs + this.config.auth.refreshTokenTtlSec * 1_000;
    const expiresAtMs = isUuid(caller.sessionId) ? sessionEndsAtMs : caller.expiresAtMs;
    const ticket = await this.issuer.issue('ticket', { ...caller, expiresAtMs });
    return { ticket, expiresInSec: Math.floor((expiresAtMs - nowMs) / 1_000) };
  }
}
