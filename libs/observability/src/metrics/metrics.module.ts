import { Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { MetricsController } from './metrics.controller';

/** How far two looks at the event loop lie apart. Node's own 10 ms would be most of what an idle process does. */
const LOOP_LOOK_MS = 50;

/** `GET /api/metrics`: own metrics and those of Node. */
@Module({
  imports: [
    PrometheusModule.register({
      path: '/api/metrics',
      controller: MetricsController,
      defaultMetrics: { enabled: true, config: { eventLoopMonitoringPrecision: LOOP_LOOK_MS } },
    }),
  ],
})
export class MetricsModule {}
