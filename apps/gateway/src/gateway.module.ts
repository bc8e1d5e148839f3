import { ObservabilityModule } from '@agent-chat/observability';
import { Module } from '@nestjs/common';
import { AuthModule } from './auth.module';
import { CommandModule } from './command.module';
import { RealtimeModule } from './realtime.module';
import { RestModule } from './rest.module';

/** The only public door: REST, Socket.IO, event streams, the web client. */
@Module({ imports: [ObservabilityModule, AuthModule, CommandModule, RealtimeModule, RestModule] })
export class GatewayModule {}
