import { type NextFunction, type Request, type RequestHandler, type Response, static as serveStatic } from 'express';
import { existsSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';

const YEAR_MS = 31_536_000_000;
/** What belongs to the server; everything else is a page of the client. */
const SERVER_PATHS = /^\/(api|socket\.io|\.well-known)(\/|$)/;

// Compiled, this file lies one folder deeper, below dist.
const BASE = resolve(__dirname, '../../../../..');

/** The folder of the bundled web client; undefined where it wasn't built. */
export function findWebClient(): string | undefined {
  return [join(BASE, 'dist/apps/web'), join(BASE, 'apps/web')].find((folder) => existsSync(join(folder, 'assets')) && existsSync(join(folder, 'index.html')));
}

/** Express middleware that serves the web client: hashed assets for ever, its page fresh each time and for every address of its own. */
export function webClient(folder: string): RequestHandler {
  const files = serveStatic(folder, { index: false, redirect: false, setHeaders: cacheByName });
  return (request: Request, response: Response, next: NextFunction) => {
    if ((request.method !== 'GET' && request.method !== 'HEAD') || SERVER_PATHS.test(request.path)) return next();
    files(request, response, (error?: unknown) => {
      // A file that is missing is missing; an address without an extension is a page of the client.
      if (error !== undefined || (extname(request.path) !== '' && request.path !== '/index.html')) return next(error);
      response.sendFile(join(folder, 'index.html'), { cacheControl: false, headers: { 'Cache-Control': 'no-cache' } });
    });
  };
}

function cacheByName(response: Response, path: string): void {
  const isHashed = path.includes('/assets/');
  response.setHeader('Cache-Control', isHashed ? `public, max-age=${YEAR_MS / 1_000}, immutable` : 'no-cache');
}
