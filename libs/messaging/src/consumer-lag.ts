import { declareGauge } from '@agent-chat/observability';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { EventLogServer } from './event-log-server';
import { ProjectionRunner } from './projection-runner';

const lag = declareGauge({
  name: 'agent_chat_consumer_lag_events',
  help: 'Events that a consumer group knows of and has not handled, in this process',
  labels: ['group'],
});

const REFRESH_MS = 5_000;

/** Shows how far behind each consumer group is. */
@Injectable()
export class ConsumerLag implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly runner: ProjectionRunner,
    private readonly server: EventLogServer,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.refresh();
    }, REFRESH_MS).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  refresh(): void {
    for (const [group, events] of [...this.runner.lags(), ...this.server.lags()]) lag.set({ group }, events);
  }
}
