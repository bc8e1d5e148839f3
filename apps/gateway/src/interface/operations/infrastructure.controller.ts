import { AppConfig } from '@agent-chat/config';
import { type ShardMove } from '@agent-chat/contracts';
import { Discovery, type ServiceInstance } from '@agent-chat/discovery';
import { HealthCheck, type ProcessHealth } from '@agent-chat/observability';
import { QueryBus } from '@agent-chat/query-bus';
import { type BreakerStatus, Breakers } from '@agent-chat/resilience';
import { Controller, Get } from '@nestjs/common';
import { ProcessFacts, type ProcessFactsNow } from '../../application/process-facts';
import { Roles } from '../auth/access.decorators';

/** How this process and what it rests on stand (`components`), and whom it knows and asks. */
export interface InfrastructureStatus extends ProcessHealth {
  readonly profile: string;
  readonly partitions: number;
  /** Which of them answers: health and breakers are its own. */
  readonly process: ProcessFactsNow;
  /** The running processes that this one knows of, itself included. */
  readonly instances: readonly ServiceInstance[];
  /** Those of the process that answers. */
  readonly breakers: readonly BreakerStatus[];
  /** The move of a shard that is under way; absent where that could not be found out in time. */
  readonly moves?: readonly ShardMove[];
}

/** Who asks how things stand wants to know it also when half of them are away. */
const MOVES_TIMEOUT_MS = 1_000;

/** For operators. */
@Roles('operator')
@Controller('api/infrastructure')
export class InfrastructureController {
  constructor(
    private readonly config: AppConfig,
    private readonly health: HealthCheck,
    private readonly facts: ProcessFacts,
    private readonly discovery: Discovery,
    private readonly breakers: Breakers,
    private readonly queries: QueryBus,
  ) {}

  @Get('status')
  async status(): Promise<InfrastructureStatus> {
    const { profile, partitions } = this.config;
    const [health, moves] = await Promise.all([this.health.everything(), this.moves()]);
    return {
      ...health,
      profile,
      partitions,
      process: this.facts.now(),
      instances: [...this.discovery.all()].sort((one, other) => (one.service + one.address < other.service + other.address ? -1 : 1)),
      breakers: this.breakers.statuses(),
      ...(moves === undefined ? {} : { moves }),
    };
  }

  private async moves(): Promise<readonly ShardMove[] | undefined> {
    return this.queries.ask('shards.moving', {}, { timeoutMs: MOVES_TIMEOUT_MS }).then(
      ({ moves }) => moves,
      () => undefined,
    );
  }
}
