import { type AppConfig } from '@agent-chat/config';
import { useJsonLog } from '@agent-chat/observability';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { serveDocsPage } from './interface/docs/docs-page';
import { configureHttp } from './interface/http/configure-http';
import { SlimIoAdapter } from './interface/realtime/slim-io.adapter';

/** Sets the gateway's door up; before the application listens. */
export function configureGateway(app: NestExpressApplication, config: AppConfig): void {
  useJsonLog(app);
  app.useWebSocketAdapter(new SlimIoAdapter(app, config));
  configureHttp(app, config);
  serveDocsPage(app);
}
