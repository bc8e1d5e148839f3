import { Module } from '@nestjs/common';
import { AuthModule } from './auth.module';
import { CommandModule } from './command.module';
import { RealtimeModule } from './realtime.module';

/** The only public door: REST, Socket.IO, event streams, the web client. */
@Module({ imports: [AuthModule, CommandModule, RealtimeModule] })
export class GatewayModule {}
