import { formatRefreshToken, hashRefreshToken, isHashedAs, parseRefreshToken, type RefreshToken, successorOf } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { type User } from '@agent-chat/contracts';
import { AppError, Clock, newId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import { RefreshTokens, type RenewedSession } from '../../application/auth/refresh-tokens';
import { decideRefresh, type RefreshDecision } from '../../domain/auth/decide-refresh';
import { DirectoryDataSource } from './directory-data-source';
import { RefreshTokenEntity } from './refresh-token.entity';
import { ServerSecret } from './server-secret';
import { SessionEntity } from './session.entity';
import { SessionLiveness } from './session-liveness';
import { toUser } from '../users/to-user';
import { UserEntity } from './user.entity';

interface Shown {
  readonly token: RefreshToken;
  readonly row: RefreshTokenEntity;
  readonly session: SessionEntity;
}

interface Exchange {
  readonly decision: RefreshDecision;
  readonly session: SessionEntity;
  readonly user: User;
  readonly successorId: string;
}

/** Refresh tokens in the directory database; only their hashes are stored. */
@Injectable()
export class DirectoryRefreshTokens extends RefreshTokens {
  constructor(
    private readonly directory: DirectoryDataSource,
    private readonly serverSecret: ServerSecret,
    private readonly liveness: SessionLiveness,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {
    super();
  }

  override async exchange(text: string): Promise<RenewedSession> {
    const token = parseRefreshToken(text);
    if (token === undefined) throw unknownToken();
    const secret = await this.serverSecret.get();
    // Refusals are answered after the commit: throwing inside would undo the end of the session.
    const { decision, session, user, successorId } = await this.directory.transaction(async (manager) => this.exchangeIn(manager, token, secret));
    if (decision === 'reused') {
      this.liveness.forget([session.sessionId]);
      throw new AppError('REFRESH_TOKEN_REUSED');
    }
    if (decision === 'ended') throw new AppError('UNAUTHENTICATED', { detail: 'The session has ended: log in again' });
    const refreshToken = formatRefreshToken(successorOf(token, successorId, secret));
    return { sessionId: session.sessionId, userId: user.userId, user, refreshToken };
  }

  override async sessionOf(text: string): Promise<{ readonly sessionId: string; readonly userId: UserId } | undefined> {
    const token = parseRefreshToken(text);
    if (token === undefined) return undefined;
    const session = await this.directory.transaction(async (manager) => (await this.find(manager, token))?.session);
    return session && { sessionId: session.sessionId, userId: session.userId as UserId };
  }

  private async exchangeIn(manager: EntityManager, token: RefreshToken, secret: Buffer): Promise<Exchange> {
    const shown = await this.find(manager, token);
    if (shown === undefined) throw unknownToken();
    const { row, session } = shown;
    // Read here, so that nothing can fail between the exchange and its answer: the token is shown again in vain after a while.
    const user = toUser(await manager.findOneByOrFail(UserEntity, { userId: session.userId }));
    const stored = { usedAtMs: row.usedAt?.getTime(), sessionExpiresAtMs: session.expiresAt.getTime(), sessionEnd: session.endReason ?? undefined };
    const decision = decideRefresh(stored, this.clock.nowMs());
    if (decision === 'exchange') return { decision, session, user, successorId: await this.succeed(manager, shown, secret) };
    if (decision === 'reused') {
      const unended = { sessionId: session.sessionId, endedAt: IsNull() };
      await manager.update(SessionEntity, unended, { endedAt: this.now(), endReason: 'reuse' });
    }
    return { decision, session, user, successorId: row.successorId ?? '' };
  }

  private async succeed(manager: EntityManager, { token, row, session }: Shown, secret: Buffer): Promise<string> {
    const now = this.now();
    const successor = successorOf(token, newId(), secret);
    const { sessionId } = session;
    await manager.update(RefreshTokenEntity, { tokenId: row.tokenId }, { usedAt: now, successorId: successor.id });
    await manager.insert(RefreshTokenEntity, {
      ...{ tokenId: successor.id, sessionId, secretHash: hashRefreshToken(successor) },
      ...{ createdAt: now, usedAt: null, successorId: null },
    });
    const expiresAt = new Date(now.getTime() + this.config.auth.refreshTokenTtlSec * 1_000);
    await manager.update(SessionEntity, { sessionId }, { refreshedAt: now, expiresAt });
    return successor.id;
  }

  // The lock makes concurrent exchanges of one token follow each other; a log-out waits, or is seen.
  private async find(manager: EntityManager, token: RefreshToken): Promise<Shown | undefined> {
    const lock = { mode: 'pessimistic_write' } as const;
    const row = await manager.findOne(RefreshTokenEntity, { where: { tokenId: token.id }, lock });
    if (row === null || !isHashedAs(token, row.secretHash)) return undefined;
    const session = await manager.findOneOrFail(SessionEntity, { where: { sessionId: row.sessionId }, lock });
    return { token, row, session };
  }

  private now(): Date {
    return new Date(this.clock.nowMs());
  }
}

function unknownToken(): AppError {
  return new AppError('UNAUTHENTICATED', { detail: 'The refresh token is not valid: log in again' });
}
