import { type AppConfig } from '@agent-chat/config';
import { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';

const DIRECTIVES = {
  'default-src': ["'self'"],
  'base-uri': ["'none'"],
  'connect-src': ["'self'"],
  'font-src': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  // People's pictures lie anywhere.
  'img-src': ["'self'", 'https:', 'data:', 'blob:'],
  'manifest-src': ["'self'"],
  'object-src': ["'none'"],
  'script-src': ["'self'"],
  'script-src-attr': ["'none'"],
  'style-src': ["'self'"],
  'worker-src': ["'self'"],
};

/** Express middleware: what a browser may do with our answers. */
export function securityHeaders({ server }: AppConfig): (request: Request, response: Response, next: NextFunction) => void {
  const isSecure = server.publicUrl.startsWith('https:');
  const headers = (directives: Record<string, string[]>) =>
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives },
      crossOriginResourcePolicy: { policy: 'same-site' },
      // Over plain HTTP browsers ignore it, and behind a proxy with TLS it would bind other services of the host.
      strictTransportSecurity: isSecure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    });
  const strict = headers(DIRECTIVES);
  // The reference page's own markup has a style element.
  const docs = headers({ ...DIRECTIVES, 'style-src': ["'self'", "'unsafe-inline'"] });
  return (request, response, next) => {
    (request.path.startsWith('/api/docs') ? docs : strict)(request, response, next);
  };
}
