import { type NextFunction, type Request, type RequestHandler, type Response, static as serveStatic } from 'express';
import { existsSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';

const YEAR_MS = 31_536_000_000;
/** What belongs to the server; everything else is a page of the client. A doubled slash is a mistake: a page in place of an answer would hide it. */
const SERVER_PATHS = /^\/(api|socket\.io|\.well-known)(\/|$)|\/\//i;

// Compiled, this file lies below dist; from the sources, dist lies beside its app.
const ABOVE_APPS = resolve(__dirname, '../../../../..');
const DIST = basename(ABOVE_APPS) === 'dist' ? ABOVE_APPS : join(ABOVE_APPS, 'dist');

/** The folder of the bundled web client; undefined where it wasn't built. */
export function findWebClient(): string | undefined {
  const folder = join(DIST, 'apps/web');
  return existsSync(join(folder, 'index.html')) ? folder : undefined;
}

/** Express middleware that serves the web client: hashed assets for ever, its page fresh each time and for every address of its own. */
export function webClient(folder: string): RequestHandler {
  const files = serveStatic(folder, { index: false, redirect: false, setHeaders: cacheByName });
  return (request: Request, response: Response, next: NextFunction) => {
    if ((request.method !== 'GET' && request.method !== 'HEAD') || SERVER_PATHS.test(request.path)) {
      next();
      return;
    }
    files(request, response, (error?: unknown) => {
      // A file that is missing is missing; an address without an extension is a page of the client, for whoever wants a page: a probe or a scrape of a
      // wrong address must not look well.
      if (error !== undefined || (extname(request.path) !== '' && request.path !== '/index.html') || !wantsPage(request)) {
        next(error);
        return;
      }
      response.sendFile(join(folder, 'index.html'), { cacheControl: false, headers: { 'Cache-Control': 'no-cache' } });
    });
  };
}

function wantsPage({ path, headers }: Request): boolean {
  return path === '/' || headers.accept?.includes('text/html') === true;
}

function cacheByName(response: Response, path: string): void {
  const isHashed = path.includes('/assets/');
  response.setHeader('Cache-Control', isHashed ? `public, max-age=${YEAR_MS / 1_000}, immutable` : 'no-cache');
}
