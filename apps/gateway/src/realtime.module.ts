import { HealthModule } from '@agent-chat/observability';
import { Module } from '@nestjs/common';
import { AuthModule } from './auth.module';
import { CommandModule } from './command.module';
import { Observations } from './application/figures/observations';
import { RateLimiter } from './application/limits/rate-limiter';
import { ActivityHeads } from './application/realtime/activity-heads';
import { BackplaneWatch } from './application/realtime/backplane-watch';
import { CallLimits } from './application/realtime/call-limits';
import { ConnectionDrain } from './application/realtime/connection-drain';
import { ConnectionRegistry } from './application/realtime/connection-registry';
import { DeliveryQueue } from './application/realtime/delivery-queue';
import { EventStreams } from './application/realtime/event-streams';
import { HeadsCheck } from './application/realtime/heads-check';
import { InterestRegistry } from './application/realtime/interest-registry';
import { Memberships } from './application/realtime/memberships';
import { PresenceLink } from './application/realtime/presence-link';
import { ProfileWatch } from './application/realtime/profile-watch';
import { ReadMarks } from './application/realtime/read-marks';
import { RealtimeMetrics } from './application/realtime/realtime-metrics';
import { RoomIndex } from './application/realtime/room-index';
import { RoomLists } from './application/realtime/room-lists';
import { RoomUpkeep } from './application/realtime/room-upkeep';
import { SessionWatch } from './application/realtime/session-watch';
import { Subscriptions } from './application/realtime/subscriptions';
import { EventsController } from './interface/realtime/events.controller';
import { RealtimeGateway } from './interface/realtime/realtime.gateway';
import { SocketAdmission } from './interface/realtime/socket-admission';
import { SocketCalls } from './interface/realtime/socket-calls';
import { SocketDispatch } from './interface/realtime/socket-dispatch';
import { SocketLife } from './interface/realtime/socket-life';
import { SseAdmission } from './interface/realtime/sse-admission';

const APPLICATION = [
  ...[ActivityHeads, BackplaneWatch, CallLimits, ConnectionDrain, ConnectionRegistry, DeliveryQueue, EventStreams, HeadsCheck, InterestRegistry, Memberships],
  ...[Observations, PresenceLink, ProfileWatch, RateLimiter, ReadMarks, RealtimeMetrics, RoomIndex, RoomLists, RoomUpkeep, SessionWatch, Subscriptions],
];

/** The real-time half of the gateway: sockets, event streams, subscriptions and fan-out. */
@Module({
  imports: [AuthModule, CommandModule, HealthModule],
  controllers: [EventsController],
  providers: [...APPLICATION, RealtimeGateway, SocketAdmission, SocketCalls, SocketDispatch, SocketLife, SseAdmission],
  exports: [Observations, RateLimiter, ReadMarks],
})
export class RealtimeModule {}
