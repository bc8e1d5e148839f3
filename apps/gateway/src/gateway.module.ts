import { Module } from '@nestjs/common';
import { CommandModule } from './command.module';

/** The only public door: REST, Socket.IO, event streams, the web client. */
@Module({ imports: [CommandModule] })
export class GatewayModule {}
