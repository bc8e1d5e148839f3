import { AppError } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { RefreshTokens } from '../../infrastructure/auth/refresh-tokens';
import { UserDirectory } from '../user-directory';
import { type SessionAnswer, SessionAnswers } from './session-answers';

/** Renews a session. */
@Injectable()
export class RefreshHandler {
  constructor(
    private readonly tokens: RefreshTokens,
    private readonly users: UserDirectory,
    private readonly answers: SessionAnswers,
  ) {}

  /** Rejects with UNAUTHENTICATED, with REFRESH_TOKEN_REUSED, with UNAVAILABLE; after the last the same token may be shown again. */
  async handle(refreshToken: string): Promise<SessionAnswer> {
    const session = await this.tokens.exchange(refreshToken);
    const user = (await this.users.profiles([session.userId])).get(session.userId);
    if (user === undefined) throw new AppError('UNAUTHENTICATED');
    return this.answers.of(user, session);
  }
}
