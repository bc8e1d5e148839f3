import { Database } from '@agent-chat/database';
import { type HealthFinding, HealthIndicatorSource, HealthRegistry } from '@agent-chat/observability';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';

const PING_TIMEOUT_MS = 1_500;

/** Whether the database answers. Without it live connections and presence go on, so it degrades and does not take the process out. */
@Injectable()
export class DatabaseHealth extends HealthIndicatorSource implements OnModuleInit, OnModuleDestroy {
  override readonly name = 'database';
  override readonly isRequired = false;
  private unregister: (() => void) | undefined;

  constructor(
    private readonly database: Database,
    private readonly registry: HealthRegistry,
  ) {
    super();
  }

  onModuleInit(): void {
    this.unregister = this.registry.register(this);
  }

  onModuleDestroy(): void {
    this.unregister?.();
  }

  override async check(): Promise<HealthFinding> {
    await this.database.ping(PING_TIMEOUT_MS);
    return { status: 'up' };
  }
}
