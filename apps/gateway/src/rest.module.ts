import { Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { AuthModule } from './auth.module';
import { CommandModule } from './command.module';
import { RealtimeModule } from './realtime.module';
import { AuditExport } from './application/audit-export';
import { People } from './application/people';
import { CreateRoomHandler } from './application/rooms/create-room.handler';
import { LeaveRoomHandler } from './application/rooms/leave-room.handler';
import { ProcessFacts } from './application/process-facts';
import { RoomReads } from './application/rooms/room-reads';
import { DocsController } from './interface/docs/docs.controller';
import { ProblemFilter } from './interface/http/problem.filter';
import { RateLimitInterceptor } from './interface/http/rate-limit.interceptor';
import { AuditController } from './interface/operations/audit.controller';
import { DeadLettersController } from './interface/operations/dead-letters.controller';
import { HealthController } from './interface/operations/health.controller';
import { InfrastructureController } from './interface/operations/infrastructure.controller';
import { PartitionsController } from './interface/operations/partitions.controller';
import { ShardsController } from './interface/operations/shards.controller';
import { AttachmentsController } from './interface/rest/attachments.controller';
import { BansController } from './interface/rest/bans.controller';
import { FiguresController } from './interface/rest/figures.controller';
import { InvitesController } from './interface/rest/invites.controller';
import { MembersController } from './interface/rest/members.controller';
import { MentionsController } from './interface/rest/mentions.controller';
import { MessagesController } from './interface/rest/messages.controller';
import { PreferencesController } from './interface/rest/preferences.controller';
import { ReactionsController } from './interface/rest/reactions.controller';
import { RoomLogController } from './interface/rest/room-log.controller';
import { RoomsController } from './interface/rest/rooms.controller';
import { SearchController } from './interface/rest/search.controller';
import { AvatarsController } from './interface/users/avatars.controller';

/** The REST half of the gateway. Needs `ObservabilityModule`, and `configureHttp` before the app listens. */
@Module({
  imports: [AuthModule, CommandModule, RealtimeModule],
  controllers: [
    ...[RoomsController, MembersController, InvitesController, BansController, MessagesController, ReactionsController, RoomLogController],
    ...[AttachmentsController, AvatarsController, MentionsController, PreferencesController],
    ...[AuditController, DeadLettersController, SearchController, FiguresController, DocsController, HealthController, InfrastructureController],
    ...[PartitionsController, ShardsController],
  ],
  providers: [
    ...[AuditExport, CreateRoomHandler, LeaveRoomHandler, People, ProcessFacts, RoomReads],
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_INTERCEPTOR, useClass: RateLimitInterceptor },
  ],
})
export class RestModule {}
