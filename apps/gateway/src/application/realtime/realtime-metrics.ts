import { declareCounter, declareGauge } from '@agent-chat/observability';
import { Injectable } from '@nestjs/common';

/** What the real-time half of a gateway counts. */
@Injectable()
export class RealtimeMetrics {
  readonly connections = declareGauge({ name: 'agent_chat_connections', help: 'Open sockets and event streams', labels: ['transport'] });
  readonly subscriptions = declareGauge({ name: 'agent_chat_subscribed_rooms', help: 'Rooms with at least one local subscriber' });
  readonly deliveries = declareCounter({ name: 'agent_chat_deliveries_total', help: 'Events handed to connections' });
  readonly repairs = declareCounter({ name: 'agent_chat_gap_repairs_total', help: 'Times that missing events of a room were read from the log' });
  readonly slowConsumers = declareCounter({ name: 'agent_chat_slow_consumers_total', help: 'Connections closed because they did not keep up' });
  readonly resyncs = declareCounter({ name: 'agent_chat_resyncs_total', help: 'Subscriptions that the server ended', labels: ['reason'] });
  readonly frames = declareCounter({ name: 'agent_chat_inbound_frames_total', help: 'Calls by sockets', labels: ['call', 'outcome'] });
}
