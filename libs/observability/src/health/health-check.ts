import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult, type HealthIndicatorResult } from '@nestjs/terminus';
import { setTimeout as delay } from 'node:timers/promises';
import { Draining } from './draining';
import { EventLoopDelay } from './event-loop-delay';
import { type HealthFinding, type HealthIndicatorSource, type HealthStatus } from './health-indicator-source';
import { HealthRegistry } from './health-registry';

/** A process whose event loop stands still this long is of no use, and nothing but a restart helps it. */
const LONGEST_LOOP_DELAY_MS = 5_000;
const CHECK_TIMEOUT_MS = 2_000;

/** One thing's health. */
export interface ComponentHealth extends HealthFinding {
  readonly name: string;
  readonly isRequired: boolean;
}

/** The process's health: `down` if something that it can't work without is, `degraded` if anything else is. */
export interface ProcessHealth {
  readonly status: HealthStatus;
  readonly components: readonly ComponentHealth[];
}

/** Tells how the process and what it rests on stand. */
@Injectable()
export class HealthCheck {
  constructor(
    private readonly terminus: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly registry: HealthRegistry,
    private readonly draining: Draining,
    private readonly loop: EventLoopDelay,
  ) {}

  /** Whether this process should be left running. Nothing outside it counts: a restart would not help. */
  async live(): Promise<ProcessHealth> {
    return this.run([this.eventLoop()]);
  }

  /** Whether callers should be sent here: not while it drains or lacks something that it can't work without. */
  async ready(): Promise<ProcessHealth> {
    return this.run([this.door(), ...this.registry.sources().filter(({ isRequired }) => isRequired)]);
  }

  async everything(): Promise<ProcessHealth> {
    return this.run([this.door(), this.eventLoop(), ...this.registry.sources()]);
  }

  private async run(sources: readonly HealthIndicatorSource[]): Promise<ProcessHealth> {
    const checks = sources.map((source) => () => this.ask(source));
    const { details } = await this.terminus.check(checks).catch(resultOf);
    const components = sources.map(({ name, isRequired }) => toComponent(name, isRequired, details[name]));
    const isDown = components.some((component) => component.isRequired && component.status === 'down');
    const isDegraded = components.some(({ status }) => status !== 'up');
    return { status: isDown ? 'down' : isDegraded ? 'degraded' : 'up', components };
  }

  private async ask(source: HealthIndicatorSource): Promise<HealthIndicatorResult> {
    const { status, details = {} } = await findingOf(source);
    const indicator = this.indicators.check(source.name);
    return status === 'down' ? indicator.down({ details }) : indicator.up({ isDegraded: status === 'degraded', details });
  }

  private door(): HealthIndicatorSource {
    const status = this.draining.isDraining ? 'down' : 'up';
    return { name: 'door', isRequired: true, check: async () => ({ status, details: { draining: this.draining.isDraining } }) };
  }

  private eventLoop(): HealthIndicatorSource {
    const p99Ms = Math.round(this.loop.p99Ms());
    const status = p99Ms < LONGEST_LOOP_DELAY_MS ? 'up' : 'down';
    return { name: 'event-loop', isRequired: true, check: async () => ({ status, details: { delayP99Ms: p99Ms } }) };
  }
}

async function findingOf(source: HealthIndicatorSource): Promise<HealthFinding> {
  const abort = new AbortController();
  const tooLate = delay(CHECK_TIMEOUT_MS, undefined, { ref: false, signal: abort.signal }).then((): HealthFinding => ({
    status: 'down',
    details: { error: 'no answer in time' },
  }));
  const asked = Promise.resolve()
    .then(() => source.check())
    .catch((error: unknown): HealthFinding => ({ status: 'down', details: { error: error instanceof Error ? error.message : String(error) } }));
  try {
    return await Promise.race([asked, tooLate]);
  } finally {
    tooLate.catch(() => undefined);
    abort.abort();
  }
}

/** Terminus throws what it found when anything is down. */
function resultOf(thrown: unknown): HealthCheckResult {
  if (thrown instanceof ServiceUnavailableException) return thrown.getResponse() as HealthCheckResult;
  throw thrown;
}

function toComponent(name: string, isRequired: boolean, found: HealthIndicatorResult[string] | undefined): ComponentHealth {
  const status = found?.status !== 'up' ? 'down' : found['isDegraded'] === true ? 'degraded' : 'up';
  return { name, isRequired, status, details: (found?.['details'] ?? {}) as NonNullable<HealthFinding['details']> };
}
