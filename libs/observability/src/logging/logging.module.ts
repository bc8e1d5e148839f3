import { AppConfig } from '@agent-chat/config';
import { Inject, type INestApplicationContext, type MiddlewareConsumer, Module, type NestModule, RequestMethod } from '@nestjs/common';
import { Logger, LoggerModule } from 'nestjs-pino';
import { type HttpLogger, pinoHttp } from 'pino-http';
import { httpLogging } from './http-logging';

const HTTP_LOG = Symbol('HTTP_LOG');

@Module({
  providers: [{ provide: HTTP_LOG, inject: [AppConfig], useFactory: ({ logLevel }: AppConfig) => pinoHttp(httpLogging(logLevel)) }],
  exports: [HTTP_LOG],
})
class HttpLogModule {}

/**
 * Writes what Nest's `Logger` is told, and each request, as JSON lines. Without a context that follows each request (`forRoutes` is empty): it has Node run code for
 * every promise of the process, a fifth of what a post takes (ADR 22). What is logged of a request says its id by itself.
 */
@Module({
  imports: [
    HttpLogModule,
    LoggerModule.forRootAsync({
      imports: [HttpLogModule],
      inject: [HTTP_LOG],
      useFactory: ({ logger }: HttpLogger) => ({ pinoHttp: { logger }, forRoutes: [] }),
    }),
  ],
  exports: [LoggerModule],
})
export class LoggingModule implements NestModule {
  constructor(@Inject(HTTP_LOG) private readonly httpLog: HttpLogger) {}

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(this.httpLog).forRoutes({ path: '{*path}', method: RequestMethod.ALL });
  }
}

/** From here on everything that the process logs goes through pino. */
export function useJsonLog(app: INestApplicationContext): void {
  app.useLogger(app.get(Logger));
}
