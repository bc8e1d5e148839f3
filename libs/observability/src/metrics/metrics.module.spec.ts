import { eventually } from '@agent-chat/testing';
import { Test } from '@nestjs/testing';
import { register } from 'prom-client';
import { MetricsModule } from './metrics.module';

async function loopLagMean(): Promise<number> {
  return Number(/^nodejs_eventloop_lag_mean_seconds (\S+)/m.exec(await register.metrics())?.[1]);
}

describe('the metrics of Node', () => {
  it('look at the event loop so rarely that an idle process sleeps', async () => {
    const module = await Test.createTestingModule({ imports: [MetricsModule] }).compile();
    // What Node tells of two looks contains the time between them; it begins anew each time it is asked.
    await eventually(async () => expect(await loopLagMean()).toBeGreaterThan(0.045), { intervalMs: 300 });
    await module.close();
    register.clear();
  });
});
