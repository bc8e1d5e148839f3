import { type ProcessName } from '@agent-chat/discovery';
import { EventLogServer, MessagingModule } from '@agent-chat/messaging';
import { measureHttp, ObservabilityModule, ProbesController, useJsonLog } from '@agent-chat/observability';
import { Module, type Type } from '@nestjs/common';
import { type AppStart } from './bootstrap';

@Module({ imports: [ObservabilityModule, MessagingModule], controllers: [ProbesController] })
class ServiceModule {}

/** The start of a service without a public door: its module, and on `PORT` nothing but health and metrics. */
export function serviceApp(service: ProcessName, module: Type): AppStart {
  return {
    service,
    module: { module: ServiceModule, imports: [module] },
    configure: (app) => {
      useJsonLog(app);
      app.disable('x-powered-by');
      app.use(measureHttp);
      app.connectMicroservice({ strategy: app.get(EventLogServer) });
    },
  };
}
