import { Authenticator } from '@agent-chat/auth';
import { AppError, isUuid } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { RefreshTokens } from './refresh-tokens';
import { Sessions } from './sessions';

/** Ends the session of whoever asks. */
@Injectable()
export class LogOutHandler {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly tokens: RefreshTokens,
    private readonly sessions: Sessions,
  ) {}

  /** Takes either token: the access token may have lapsed since. Rejects with UNAUTHENTICATED when neither is good, with FORBIDDEN for a trusted issuer's session. */
  async handle(refreshToken: string | undefined, accessToken: string | undefined): Promise<void> {
    const session = refreshToken === undefined ? undefined : await this.tokens.sessionOf(refreshToken);
    if (session !== undefined) {
      await this.sessions.end(session.userId, session.sessionId, 'logout');
      return;
    }
    if (accessToken === undefined) throw new AppError('UNAUTHENTICATED');
    const { userId, sessionId } = await this.authenticator.authenticate(accessToken);
    if (!isUuid(sessionId)) throw new AppError('FORBIDDEN', { detail: 'This session belongs to another issuer: log out there' });
    await this.sessions.end(userId, sessionId, 'logout');
  }
}
