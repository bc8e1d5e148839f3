import { TokenIssuer } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { type User } from '@agent-chat/contracts';
import { Clock } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { Operators } from './operators';
import { type RenewableSession } from './sessions';

/** What every way into a session answers. */
export interface SessionAnswer {
  readonly user: User;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSec: number;
}

/** Makes the answer that opens or renews a session. */
@Injectable()
export class SessionAnswers {
  constructor(
    private readonly issuer: TokenIssuer,
    private readonly operators: Operators,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** The answer with a fresh access token. Rejects with UNAVAILABLE when there is no key to sign with. */
  async of(user: User, { sessionId, refreshToken }: RenewableSession): Promise<SessionAnswer> {
    const expiresInSec = this.config.auth.accessTokenTtlSec;
    const accessToken = await this.issuer.issue('access', {
      userId: user.userId,
      sessionId,
      roles: this.operators.rolesOfUser(user.username),
      expiresAtMs: this.clock.nowMs() + expiresInSec * 1_000,
    });
    return { user, accessToken, refreshToken, expiresInSec };
  }
}
