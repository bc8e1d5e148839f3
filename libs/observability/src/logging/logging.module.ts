import { AppConfig } from '@agent-chat/config';
import { type INestApplicationContext, Module, RequestMethod } from '@nestjs/common';
import { Logger, LoggerModule } from 'nestjs-pino';
import { httpLogging } from './http-logging';

/** Writes what Nest's `Logger` is told as JSON lines. */
@Module({
  imports: [
    LoggerModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ logLevel }: AppConfig) => ({ pinoHttp: httpLogging(logLevel), forRoutes: [{ path: '{*path}', method: RequestMethod.ALL }] }),
    }),
  ],
  exports: [LoggerModule],
})
export class LoggingModule {}

/** From here on everything that the process logs goes through pino. */
export function useJsonLog(app: INestApplicationContext): void {
  app.useLogger(app.get(Logger));
}
