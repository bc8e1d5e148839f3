import { Module } from '@nestjs/common';
import { ChatModule } from '../../chat/src/chat.module';
import { GatewayModule } from '../../gateway/src/gateway.module';

/** Every app in one process. */
@Module({ imports: [ChatModule, GatewayModule] })
export class StandaloneModule {}
