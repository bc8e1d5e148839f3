import { Global, Module } from '@nestjs/common';
import { HealthModule } from './health/health.module';
import { LoggingModule } from './logging/logging.module';
import { MetricsModule } from './metrics/metrics.module';

/** What every process tells about itself: log lines, metrics and health. Needs `AppConfig`. */
@Global()
@Module({ imports: [LoggingModule, MetricsModule, HealthModule], exports: [LoggingModule, HealthModule] })
export class ObservabilityModule {}
