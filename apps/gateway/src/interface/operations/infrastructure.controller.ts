import { AppConfig } from '@agent-chat/config';
import { EventLoopDelay, HealthCheck, type ProcessHealth } from '@agent-chat/observability';
import { Controller, Get } from '@nestjs/common';
import { Roles } from '../auth/access.decorators';

/** How this process and what it rests on stand. */
export interface InfrastructureStatus extends ProcessHealth {
  readonly profile: string;
  readonly partitions: number;
  readonly process: {
    readonly pid: number;
    readonly node: string;
    readonly uptimeSec: number;
    readonly rssBytes: number;
    readonly eventLoopDelayP99Ms: number;
  };
}

/** For operators. */
@Roles('operator')
@Controller('api/infrastructure')
export class InfrastructureController {
  constructor(
    private readonly config: AppConfig,
    private readonly health: HealthCheck,
    private readonly loop: EventLoopDelay,
  ) {}

  @Get('status')
  async status(): Promise<InfrastructureStatus> {
    const { profile, partitions } = this.config;
    return {
      ...(await this.health.everything()),
      profile,
      partitions,
      process: {
        pid: process.pid,
        node: process.version,
        uptimeSec: Math.round(process.uptime()),
        rssBytes: process.memoryUsage.rss(),
        eventLoopDelayP99Ms: Math.round(this.loop.p99Ms()),
      },
    };
  }
}
