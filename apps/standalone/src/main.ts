import 'reflect-metadata';
import { EventLogServer } from '@agent-chat/messaging';
import { runApp } from '@agent-chat/runtime';
import { configureGateway } from '../../gateway/src/configure-gateway';
import { StandaloneModule } from './standalone.module';

void runApp({
  service: 'standalone',
  module: StandaloneModule,
  configure: (app, config) => {
    configureGateway(app, config);
    app.connectMicroservice({ strategy: app.get(EventLogServer) });
  },
  onReady: (url) => {
    process.stdout.write(`\n  Agent Chat is ready: ${url}\n  Stop it with Ctrl-C.\n\n`);
  },
});
