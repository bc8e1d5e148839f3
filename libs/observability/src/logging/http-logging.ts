import { type LogLevel } from '@agent-chat/config';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type DestinationStream, type LogFn, stdTimeFunctions } from 'pino';
import { type Options } from 'pino-http';
import { identifyRequest } from './request-id';

const SECRETS = ['authorization', 'cookie', 'password', 'token', 'accessToken', 'refreshToken', 'ticket', 'secret'];
const QUIET = /^\/api\/(health|metrics)(\/|\?|$)/;

/** A secret at the top of a line, one and two levels below. */
const REDACTED = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.headers["set-cookie"]`]);

interface LoggedRequest {
  readonly id: unknown;
  readonly method: string;
  readonly url: string;
  readonly remoteAddress?: string;
  /** Express knows the caller's address behind trusted proxies. */
  readonly raw?: { readonly ip?: string };
}

/** What Nest says while it puts itself together: of use to somebody who looks for a missing route, noise to everybody else. */
const FRAMEWORK = new Set(['InstanceLoader', 'RouterExplorer', 'RoutesResolver', 'WebSocketsController', 'NestFactory', 'NestApplication', 'NestMicroservice']);
const INFO = 30;

/** JSON lines with a level, an ISO time and the request's id; never a header, a body or a query string. */
export function httpLogging(level: LogLevel, stream?: DestinationStream): Options {
  return {
    level,
    ...(stream === undefined ? {} : { stream }),
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: [...new Set(REDACTED)], censor: '[redacted]' },
    hooks: {
      logMethod(args: Parameters<LogFn>, method: LogFn, lineLevel: number): void {
        const [fields] = args as [unknown];
        const context = typeof fields === 'object' && fields !== null && 'context' in fields ? fields.context : undefined;
        if (lineLevel === INFO && level === 'info' && FRAMEWORK.has(String(context))) return;
        method.apply(this, args);
      },
    },
    genReqId: identifyRequest,
    autoLogging: { ignore: (request) => QUIET.test(request.url ?? '') },
    customLogLevel: (_request: IncomingMessage, response: ServerResponse) => (response.statusCode >= 500 ? 'warn' : 'info'),
    serializers: {
      // A query string may hold an event stream's ticket or what somebody searched for.
      req: ({ id, method, url, remoteAddress, raw }: LoggedRequest) => ({ id, method, path: url.split('?', 1)[0], remoteAddress: raw?.ip ?? remoteAddress }),
      res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
    },
  };
}
