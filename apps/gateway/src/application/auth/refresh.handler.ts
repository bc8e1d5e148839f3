import { Injectable } from '@nestjs/common';
import { RefreshTokens } from './refresh-tokens';
import { type SessionAnswer, SessionAnswers } from './session-answers';

/** Renews a session. */
@Injectable()
export class RefreshHandler {
  constructor(
    private readonly tokens: RefreshTokens,
    private readonly answers: SessionAnswers,
  ) {}

  /** Rejects with UNAUTHENTICATED, with REFRESH_TOKEN_REUSED, with UNAVAILABLE; after the last the same token may be shown again. */
  async handle(refreshToken: string): Promise<SessionAnswer> {
    const { user, ...session } = await this.tokens.exchange(refreshToken);
    return this.answers.of(user, session);
  }
}
