import { MessagingModule } from '@agent-chat/messaging';
import { Module } from '@nestjs/common';
import { AnalyticsModule } from '../../analytics/src/analytics.module';
import { ChatModule } from '../../chat/src/chat.module';
import { GatewayModule } from '../../gateway/src/gateway.module';
import { PresenceModule } from '../../presence/src/presence.module';
import { StorageModule } from '../../storage/src/storage.module';
import { WorkerModule } from '../../worker/src/worker.module';

/** Every app in one process. */
@Module({ imports: [MessagingModule, ChatModule, GatewayModule, PresenceModule, AnalyticsModule, StorageModule, WorkerModule] })
export class StandaloneModule {}
