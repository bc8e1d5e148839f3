import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { BreakerExplorer } from './breaker-explorer';

/** Makes `@ThroughBreaker` work. Needs `Breakers` from a global module. */
@Module({ imports: [DiscoveryModule], providers: [BreakerExplorer] })
export class BreakerModule {}
