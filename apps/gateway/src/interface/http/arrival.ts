import { type NextFunction, type Request, type RequestHandler, type Response } from 'express';

/** Time for a whole request to arrive. */
const REQUEST_TIMEOUT_MS = 30_000;
const UPLOADS = /^\/api\/v1\/(uploads(\/|$)|users\/me\/avatar$)/;

/** Whether a request brings a file: that takes as long as it takes, as long as something comes, and is no JSON. */
export function isUpload({ originalUrl }: Pick<Request, 'originalUrl'>): boolean {
  return UPLOADS.test(originalUrl.split('?', 1)[0] ?? '');
}

/** Express middleware: what isn't an upload is there in time, or its connection is closed. */
export function arriveInTime(request: Request, response: Response, next: NextFunction): void {
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  if (hasBody && !isUpload(request)) {
    const timer = setTimeout(() => {
      if (request.complete) return;
      if (!response.headersSent) response.writeHead(408, { Connection: 'close' }).end();
      request.destroy();
    }, REQUEST_TIMEOUT_MS);
    request.once('close', () => {
      clearTimeout(timer);
    });
  }
  next();
}

/** Express middleware that uploads pass by. */
export function unlessUpload(handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (isUpload(request)) next();
    else void handler(request, response, next);
  };
}
