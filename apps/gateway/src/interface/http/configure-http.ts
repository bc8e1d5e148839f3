import { type AppConfig } from '@agent-chat/config';
import { Draining, identifyRequest, measureHttp } from '@agent-chat/observability';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type NextFunction, type Request, type Response } from 'express';
import { arriveInTime, unlessUpload } from './arrival';
import { exactAddress } from './exact-address';
import { jsonBody } from './json-body';
import { securityHeaders } from './security-headers';
import { findWebClient, webClient } from './web-client';

/** Time for a whole upload to arrive: its client goes on with another request. For all others `arriveInTime` sees to it. */
const UPLOAD_TIMEOUT_MS = 3_600_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** How long a client may take nothing of an answer that waits for it (Node looks twice); longer than event streams pause between heartbeats. Sockets are timed by their pings. */
const UNREAD_TIMEOUT_MS = 20_000;
/** Longer than proxies keep idle connections, so that it is never we who close one that is about to be used. */
const KEEP_ALIVE_MS = 75_000;
/** Not for clients: a proxy in front may hide it. */
const METRICS = '/api/metrics';
const HEADERS_OF_ANSWERS = [
  ...[
    'Accept-Ranges',
    'Attachment-Id',
    'Content-Disposition',
    'Content-Range',
    'Location',
    'Tus-Resumable',
    'Tus-Extension',
    'Tus-Max-Size',
    'Tus-Version',
    'Upload-Length',
    'Upload-Metadata',
    'Upload-Offset',
  ],
  ...['ETag', 'Retry-After', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'X-Request-Id'],
];

/** Sets the gateway's Express up, before the app listens: the app is created with `bodyParser: false`. */
export function configureHttp(app: NestExpressApplication, config: AppConfig): void {
  app.disable('x-powered-by');
  app.set('trust proxy', [...config.server.trustedProxies]);
  app.set('etag', 'weak');
  app.use(measureHttp, identify, arriveInTime, partWhile(app.get(Draining, { strict: false })), securityHeaders(config));
  enableCors(app, config.server.corsOrigins);
  const folder = findWebClient();
  if (folder !== undefined) app.use(webClient(folder));
  app.use(METRICS, exactAddress(METRICS));
  app.use('/api', cachePolicy, ...jsonBody(config.limits.maxBodyBytes).map(unlessUpload));
  const server = app.getHttpServer();
  server.requestTimeout = UPLOAD_TIMEOUT_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.timeout = UNREAD_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
}

function identify(request: Request, response: Response, next: NextFunction): void {
  identifyRequest(request, response);
  next();
}

/** While the process leaves, each answer is its connection's last: the caller's next request goes elsewhere, and none holds the process up. */
function partWhile(draining: Draining) {
  return (_request: Request, response: Response, next: NextFunction): void => {
    if (draining.isDraining) response.setHeader('Connection', 'close');
    next();
  };
}

/** Answers belong to one caller: a browser may keep what it read, and asks with its ETag before it uses that again. */
function cachePolicy(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', request.method === 'GET' ? 'private, no-cache' : 'no-store');
  response.vary('Authorization');
  // It tells caches on the way to ask us, which has happened; Express would take it as a wish for the whole answer.
  if (request.headers['if-none-match'] !== undefined) delete request.headers['cache-control'];
  next();
}

function enableCors(app: NestExpressApplication, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.enableCors({
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: HEADERS_OF_ANSWERS,
    maxAge: 600,
  });
}
