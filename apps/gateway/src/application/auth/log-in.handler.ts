import { PasswordHasher } from '@agent-chat/auth';
import { REST_BODIES, type RestBody } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { type Account, Accounts } from './accounts';
import { type ClientInfo, Sessions } from './sessions';
import { LoginFailures } from './login-failures';
import { type SessionAnswer, SessionAnswers } from './session-answers';

/** Logs somebody in with a password. */
@Injectable()
export class LogInHandler {
  constructor(
    private readonly accounts: Accounts,
    private readonly passwords: PasswordHasher,
    private readonly failures: LoginFailures,
    private readonly sessions: Sessions,
    private readonly answers: SessionAnswers,
  ) {}

  /** Rejects with INVALID_CREDENTIALS, alike for an unknown name and a wrong password; with RATE_LIMITED after many of those; with UNAVAILABLE. */
  async handle({ username, password }: RestBody<'login'>, client: ClientInfo): Promise<SessionAnswer> {
    await this.failures.refuseIfTooMany(username);
    const account = await this.find(username);
    const matches = await this.passwords.matches(password, account?.passwordHash);
    // Again: guesses that came all at once must not get past the limit together.
    await this.failures.refuseIfTooMany(username);
    if (account === undefined || !matches) {
      await this.failures.add(username);
      throw new AppError('INVALID_CREDENTIALS');
    }
    return this.answers.of(account.user, await this.sessions.begin(account.user.userId, client));
  }

  // A name that nobody can have isn't looked up: it may hold what Postgres refuses.
  private async find(username: string): Promise<Account | undefined> {
    return REST_BODIES.register.shape.username.safeParse(username).success ? this.accounts.find(username) : undefined;
  }
}
