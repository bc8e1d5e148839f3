import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { Draining } from './draining';
import { EventLoopDelay } from './event-loop-delay';
import { HealthCheck } from './health-check';
import { HealthRegistry } from './health-registry';

/** How the process stands. Terminus itself stays silent: probes ask every few seconds. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  providers: [Draining, EventLoopDelay, HealthCheck, HealthRegistry],
  exports: [Draining, EventLoopDelay, HealthCheck, HealthRegistry],
})
export class HealthModule {}
