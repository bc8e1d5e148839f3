import { MessagingModule } from '@agent-chat/messaging';
import { Module } from '@nestjs/common';
import { AnalyticsModule } from '../../analytics/src/analytics.module';
import { ChatModule } from '../../chat/src/chat.module';
import { GatewayModule } from '../../gateway/src/gateway.module';
import { PresenceModule } from '../../presence/src/presence.module';

/** Every app in one process. */
@Module({ imports: [MessagingModule, ChatModule, GatewayModule, PresenceModule, AnalyticsModule] })
export class StandaloneModule {}
