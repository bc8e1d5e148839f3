import { firstRefreshToken, formatRefreshToken, hashRefreshToken, type RefreshToken } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { AppError, Clock, newId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan } from 'typeorm';
import { type ClientInfo, type ListedSession, type RenewableSession, Sessions } from '../../application/auth/sessions';
import { type SessionEnd } from '../../domain/auth/decide-refresh';
import { DirectoryDataSource } from './directory-data-source';
import { RefreshTokenEntity } from './refresh-token.entity';
import { SessionEntity } from './session.entity';
import { SessionLiveness } from './session-liveness';

const MAX_USER_AGENT_CHARS = 300;
const MAX_LISTED = 200;

/** Sessions in the directory database. */
@Injectable()
export class DirectorySessions extends Sessions {
  constructor(
    private readonly directory: DirectoryDataSource,
    private readonly liveness: SessionLiveness,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {
    super();
  }

  override async begin(userId: UserId, { userAgent, address }: ClientInfo): Promise<RenewableSession> {
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

  override async list(userId: UserId): Promise<readonly ListedSession[]> {
    const live = { userId, endedAt: IsNull(), expiresAt: MoreThan(new Date(this.clock.nowMs())) };
    const order = { createdAt: 'DESC', sessionId: 'DESC' } as const;
    const rows = await this.directory.run((manager) => manager.find(SessionEntity, { where: live, order, take: MAX_LISTED }));
    return rows.map(toListed);
  }

  override async end(userId: UserId, sessionId: string, reason: SessionEnd): Promise<void> {
    await this.directory.run(async (manager) => {
      if (!(await manager.existsBy(SessionEntity, { sessionId, userId }))) throw new AppError('NOT_FOUND', { detail: 'There is no such session' });
      await manager.update(SessionEntity, { sessionId, endedAt: IsNull() }, { endedAt: new Date(this.clock.nowMs()), endReason: reason });
    });
    this.liveness.forget([sessionId]);
  }
}

function toListed({ sessionId, createdAt, refreshedAt, expiresAt, userAgent, address }: SessionEntity): ListedSession {
  return {
    sessionId,
    createdAt: createdAt.toISOString(),
    refreshedAt: refreshedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    ...(userAgent !== null && { userAgent }),
    ...(address !== null && { address }),
  };
}
