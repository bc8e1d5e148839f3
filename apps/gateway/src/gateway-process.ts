import { EventLogServer, MessagingModule } from '@agent-chat/messaging';
import { type AppStart } from '@agent-chat/runtime';
import { Module } from '@nestjs/common';
import { configureGateway } from './configure-gateway';
import { GatewayModule } from './gateway.module';

@Module({ imports: [MessagingModule, GatewayModule] })
class GatewayProcessModule {}

/** The start of a process that is a gateway and nothing else. */
export const gatewayProcess: AppStart = {
  service: 'gateway',
  module: GatewayProcessModule,
  configure: (app, config) => {
    configureGateway(app, config);
    app.connectMicroservice({ strategy: app.get(EventLogServer) });
  },
};
