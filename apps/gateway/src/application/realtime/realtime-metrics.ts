import { Injectable } from '@nestjs/common';
import { Counter, Gauge, register } from 'prom-client';

function counter<Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
  return (register.getSingleMetric(name) as Counter<Label> | undefined) ?? new Counter<Label>({ name, help, labelNames: [...labelNames] });
}

function gauge<Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> {
  return (register.getSingleMetric(name) as Gauge<Label> | undefined) ?? new Gauge<Label>({ name, help, labelNames: [...labelNames] });
}

/** What the real-time half of a gateway counts. */
@Injectable()
export class RealtimeMetrics {
  readonly connections = gauge('gateway_connections', 'Open sockets and event streams', ['transport'] as const);
  readonly subscriptions = gauge('gateway_subscribed_rooms', 'Rooms with at least one local subscriber');
  readonly deliveries = counter('gateway_deliveries_total', 'Events handed to connections');
  readonly repairs = counter('gateway_gaps_repaired_total', 'Times that missing events of a room were read from the log');
  readonly slowConsumers = counter('gateway_slow_consumers_total', 'Connections closed because they did not keep up');
  readonly resyncs = counter('gateway_resyncs_total', 'Subscriptions that the server ended', ['reason'] as const);
  readonly frames = counter('gateway_inbound_frames_total', 'Calls by sockets', ['call', 'outcome'] as const);
}
