import { AppError } from '@agent-chat/kernel';
import { json, type NextFunction, type Request, type Response } from 'express';

/** Deeper than any body of ours, and shallow enough for every recursion on the way. */
export const MAX_JSON_DEPTH = 64;

const [QUOTE, BACKSLASH, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];
const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Express middleware that reads JSON bodies and refuses everything else that has a body. */
export function jsonBody(maxBodyBytes: number): ((request: Request, response: Response, next: NextFunction) => void)[] {
  const parse = json({
    limit: maxBodyBytes,
    strict: true,
    type: isJson,
    verify: (_request, _response, raw) => {
      if (depthOf(raw) > MAX_JSON_DEPTH) throw new AppError('MALFORMED_REQUEST', { detail: `JSON may be ${MAX_JSON_DEPTH} levels deep at most` });
    },
  });
  return [
    requireJson,
    (request, response, next) => {
      parse(request, response, (error?: unknown) => {
        next(isBrokenJson(error) ? new AppError('MALFORMED_REQUEST', { detail: 'The body is not valid JSON', cause: error }) : error);
      });
    },
  ];
}

function isBrokenJson(error: unknown): boolean {
  return error instanceof SyntaxError && (error as { type?: unknown }).type === 'entity.parse.failed';
}

function requireJson(request: Request, _response: Response, next: NextFunction): void {
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  if (!hasBody || !WITH_BODY.has(request.method) || isJson(request)) next();
  else next(new AppError('MALFORMED_REQUEST', { detail: 'The body must be JSON: send Content-Type: application/json' }));
}

function isJson(request: { headers: { 'content-type'?: string | undefined } }): boolean {
  return /^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(request.headers['content-type'] ?? '');
}

/** How deep a JSON text nests, told before anything recurses into it. */
export function depthOf(raw: Uint8Array): number {
  let [depth, deepest, isInString] = [0, 0, false];
  for (let at = 0; at < raw.length; at++) {
    const byte = raw[at];
    if (isInString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) deepest = Math.max(deepest, ++depth);
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth--;
  }
  return deepest;
}
