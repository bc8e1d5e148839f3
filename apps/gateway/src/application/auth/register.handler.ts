import { PasswordHasher } from '@agent-chat/auth';
import { type RestBody } from '@agent-chat/contracts';
import { AppError, Clock } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { Accounts } from './accounts';
import { type ClientInfo, Sessions } from './sessions';
import { type SessionAnswer, SessionAnswers } from './session-answers';

// How long a registration whose answer was lost may be repeated.
const REPEATABLE_MS = 10 * 60_000;

/** Makes an account and logs it in. */
@Injectable()
export class RegisterHandler {
  constructor(
    private readonly accounts: Accounts,
    private readonly passwords: PasswordHasher,
    private readonly sessions: Sessions,
    private readonly answers: SessionAnswers,
    private readonly clock: Clock,
  ) {}

  /** Rejects with USERNAME_TAKEN, unless it is the same call again (key and password agree) soon after; with UNAVAILABLE. */
  async handle(body: RestBody<'register'>, key: string | undefined, client: ClientInfo): Promise<SessionAnswer> {
    const user = (await this.registeredBefore(body, key)) ?? (await this.create(body, key));
    return this.answers.of(user, await this.sessions.begin(user.userId, client));
  }

  private async create(body: RestBody<'register'>, key: string | undefined): Promise<SessionAnswer['user']> {
    const { username, password, displayName = username } = body;
    const passwordHash = await this.passwords.hash(password);
    try {
      return await this.accounts.create({ username, displayName, passwordHash, registrationKey: key });
    } catch (error) {
      // The same call may have come twice at once.
      const user = isTaken(error) ? await this.registeredBefore(body, key) : undefined;
      if (user === undefined) throw error;
      return user;
    }
  }

  private async registeredBefore({ username, password }: RestBody<'register'>, key: string | undefined): Promise<SessionAnswer['user'] | undefined> {
    if (!(await this.accounts.isTaken(username))) return undefined;
    const account = key === undefined ? undefined : await this.accounts.find(username);
    const isRepeatable = account?.registrationKey === key && account !== undefined && account.createdAtMs > this.clock.nowMs() - REPEATABLE_MS;
    if (isRepeatable && (await this.passwords.matches(password, account.passwordHash))) return account.user;
    throw new AppError('USERNAME_TAKEN');
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof AppError && error.code === 'USERNAME_TAKEN';
}
