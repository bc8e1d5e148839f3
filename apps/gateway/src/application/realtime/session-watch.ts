import { Authenticator } from '@agent-chat/auth';
import { AppError, Clock } from '@agent-chat/kernel';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type Connection } from './connection';
import { ConnectionRegistry } from './connection-registry';

/** A revoked session's connections close within 5 s: this, and the time that one look takes. */
const POLL_MS = 3_000;
/** How long a connection lives on without a renewed token. */
const EXPIRY_GRACE_MS = 60_000;

/** Closes connections whose session has ended or whose token has run out. */
@Injectable()
export class SessionWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(SessionWatch.name);
  private timer: NodeJS.Timeout | undefined;
  private isLooking = false;

  constructor(
    private readonly authenticator: Authenticator,
    private readonly connections: ConnectionRegistry,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.look().catch((error: unknown) => this.logger.warn({ err: error }, 'Ended sessions are not known'));
    }, POLL_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** A newer token of the same person. Throws UNAUTHENTICATED, and FORBIDDEN for somebody else's. */
  async renew(connection: Connection, token: string): Promise<void> {
    const principal = await this.authenticator.authenticate(token);
    if (principal.userId !== connection.userId) throw new AppError('FORBIDDEN', { detail: 'The token is of another user' });
    connection.principal = principal;
  }

  async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      this.closeExpired();
      const sessionIds = new Set<string>();
      for (const { principal } of this.connections.all()) sessionIds.add(principal.sessionId);
      if (sessionIds.size === 0) return;
      this.closeSessions(new Set(await this.authenticator.endedAmong([...sessionIds])));
    } finally {
      this.isLooking = false;
    }
  }

  private closeExpired(): void {
    const past = this.clock.nowMs() - EXPIRY_GRACE_MS;
    for (const connection of [...this.connections.all()]) {
      if (connection.principal.expiresAtMs < past) connection.close({ code: 'UNAUTHENTICATED' });
    }
  }

  private closeSessions(ended: ReadonlySet<string>): void {
    if (ended.size === 0) return;
    for (const connection of [...this.connections.all()]) {
      if (ended.has(connection.principal.sessionId)) connection.close({ code: 'UNAUTHENTICATED' });
    }
  }
}
