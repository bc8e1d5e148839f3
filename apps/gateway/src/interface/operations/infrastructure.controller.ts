import { AppConfig } from '@agent-chat/config';
import { Discovery, type ServiceInstance } from '@agent-chat/discovery';
import { EventLoopDelay, HealthCheck, type ProcessHealth } from '@agent-chat/observability';
import { type BreakerStatus, Breakers } from '@agent-chat/resilience';
import { Controller, Get } from '@nestjs/common';
import { Roles } from '../auth/access.decorators';

/** How this process and what it rests on stand (`components`), and whom it knows and asks. */
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
  /** The running processes that this one knows of, itself included. */
  readonly instances: readonly ServiceInstance[];
  /** Those of this process. */
  readonly breakers: readonly BreakerStatus[];
}

/** For operators. */
@Roles('operator')
@Controller('api/infrastructure')
export class InfrastructureController {
  constructor(
    private readonly config: AppConfig,
    private readonly health: HealthCheck,
    private readonly loop: EventLoopDelay,
    private readonly discovery: Discovery,
    private readonly breakers: Breakers,
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
      instances: [...this.discovery.all()].sort((one, other) => (one.service + one.address < other.service + other.address ? -1 : 1)),
      breakers: this.breakers.statuses(),
    };
  }
}
