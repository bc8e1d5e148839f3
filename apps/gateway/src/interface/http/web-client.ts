import { type NextFunction, type Request, type RequestHandler, type Response, static as serveStatic } from 'express';
import { existsSync, readdirSync } from 'node:fs';
import { basename, extname, join, resolve, sep } from 'node:path';

const YEAR_MS = 31_536_000_000;
const PAGE = '/index.html';
/** The smaller first. */
const PACKED = [
  { encoding: 'br', extension: '.br' },
  { encoding: 'gzip', extension: '.gz' },
] as const;
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

/** Express middleware that serves the web client: hashed assets for ever, its page fresh each time and for every address of its own; compressed to whoever takes that. */
export function webClient(folder: string): RequestHandler {
  const compressed = compressedFiles(folder);
  const files = serveStatic(folder, { index: false, redirect: false, setHeaders: describeFile });
  return (request: Request, response: Response, next: NextFunction) => {
    if ((request.method !== 'GET' && request.method !== 'HEAD') || SERVER_PATHS.test(request.path)) {
      next();
      return;
    }
    // A file that is missing is missing; an address without an extension is a page of the client, for whoever wants a page: a probe or a scrape of a
    // wrong address must not look well.
    const isPage = extname(request.path) === '';
    if (isPage && !wantsPage(request)) {
      next();
      return;
    }
    const { url } = request;
    request.url = encoded(isPage ? PAGE : request.path, request, response, compressed);
    files(request, response, (error?: unknown) => {
      request.url = url;
      // A build that was replaced meanwhile: whoever answers now doesn't pack.
      response.removeHeader('Content-Encoding');
      next(error);
    });
  };
}

function wantsPage({ path, headers }: Request): boolean {
  return path === '/' || headers.accept?.includes('text/html') === true;
}

/** Those below a folder that lie there compressed too, by their address. */
function compressedFiles(folder: string): ReadonlySet<string> {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `/${name.split(sep).join('/')}`);
  return new Set(all.filter((name) => name.endsWith('.br')).map((name) => name.slice(0, -3)));
}

/** The address of the file as small as the caller takes it. */
function encoded(path: string, request: Request, response: Response, compressed: ReadonlySet<string>): string {
  if (!compressed.has(path)) return path;
  response.vary('Accept-Encoding');
  const accepted = request.acceptsEncodings();
  const packed = PACKED.find(({ encoding }) => accepted.includes(encoding));
  if (packed === undefined) return path;
  response.setHeader('Content-Encoding', packed.encoding);
  return path + packed.extension;
}

function describeFile(response: Response, path: string): void {
  const isHashed = path.includes('/assets/');
  response.setHeader('Cache-Control', isHashed ? `public, max-age=${YEAR_MS / 1_000}, immutable` : 'no-cache');
  // Of what it is, not of how it is packed.
  if (/\.(br|gz)$/.test(path)) response.type(extname(path.slice(0, -3)));
}
