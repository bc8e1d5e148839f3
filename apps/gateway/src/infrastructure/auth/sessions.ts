import { firstRefreshToken, formatRefreshToken, hashRefreshToken, type RefreshToken } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { AppError, Clock, newId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan } from 'typeorm';
import { DirectoryDataSource } from './directory-data-source';
import { RefreshTokenEntity } from './refresh-token.entity';
import { type SessionEnd, SessionEntity } from './session.entity';
import { SessionLiveness } from './session-liveness';

/** What a log-in comes from, as far as it says so. */
export interface ClientInfo {
  readonly userAgent?: string | undefined;
  readonly address?: string | undefined;
}

/** A session with the token that renews it. */
export interface RenewableSession {
  readonly sessionId: string;
  readonly userId: UserId;
  readonly refreshToken: string;
}

const MAX_USER_AGENT_CHARS = 300;
const MAX_LISTED = 200;

/** Log-ins: begun, listed, ended. */
@Injectable()
export class Sessions {
  constructor(
    private readonly directory: DirectoryDataSource,
    private readonly liveness: SessionLiveness,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** A new session of a user. Rejects with UNAVAILABLE. */
  async begin(userId: UserId, { userAgent, address }: ClientInfo): Promise<RenewableSession> {
    const nowMs = this.clock.nowMs();
    const now = new Date(nowMs);
    const sessionId = newId();
    const token: RefreshToken = firstRefreshToken(newId());
    await this.directory.transaction(async (manager) => {
      await manager.insert(SessionEntity, {
        ...{ sessionId, userId, createdAt: now, refreshedAt: now, endedAt: null, endReason: null },
        expiresAt: new Date(nowMs + this.config.auth.refreshTokenTtlSec * 1_000),
        userAgent: userAgent?.slice(0, MAX_USER_AGENT_CHARS) ?? null,
        address: address ?? null,
      });
      await manager.insert(RefreshTokenEntity, {
        tokenId: token.id,
        sessionId,
        secretHash: hashRefreshToken(token),
        createdAt: now,
        usedAt: null,
        successorId: null,
      });
    });
    return { sessionId, userId, refreshToken: formatRefreshToken(token) };
  }

  /** A user's sessions that go on, the newest first, at most 200. Rejects with UNAVAILABLE. */
  async list(userId: UserId): Promise<readonly SessionEntity[]> {
    const live = { userId, endedAt: IsNull(), expiresAt: MoreThan(new Date(this.clock.nowMs())) };
    return this.directory.run((manager) => manager.find(SessionEntity, { where: live, order: { createdAt: 'DESC', sessionId: 'DESC' }, take: MAX_LISTED }));
  }

  /** Ends a user's session; ending it again changes nothing. Rejects with NOT_FOUND when the user never had it, with UNAVAILABLE. */
  async end(userId: UserId, sessionId: string, reason: SessionEnd): Promise<void> {
    await this.directory.run(async (manager) => {
      if (!(await manager.existsBy(SessionEntity, { sessionId, userId }))) throw new AppError('NOT_FOUND', { detail: 'There is no such session' });
      await manager.update(SessionEntity, { sessionId, endedAt: IsNull() }, { endedAt: new Date(this.clock.nowMs()), endReason: reason });
    });
    await this.liveness.forget([sessionId]);
  }
}
