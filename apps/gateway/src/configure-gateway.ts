import { type AppConfig } from '@agent-chat/config';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { SlimIoAdapter } from './interface/realtime/slim-io.adapter';

/** Sets the gateway's door up; before the application listens. */
export function configureGateway(app: NestExpressApplication, config: AppConfig): void {
  app.useWebSocketAdapter(new SlimIoAdapter(app, config));
  app.useBodyParser('json', { limit: config.limits.maxBodyBytes });
}
