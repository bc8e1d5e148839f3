import { Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { MetricsController } from './metrics.controller';

/** `GET /api/metrics`: own metrics and those of Node. */
@Module({ imports: [PrometheusModule.register({ path: '/api/metrics', controller: MetricsController })] })
export class MetricsModule {}
