import { type Request } from 'express';

const BEARER = /^Bearer +([^\s]+) *$/i;

/** The token of the `Authorization` header; undefined where there is none or another scheme. */
export function bearerToken(request: Pick<Request, 'headers'>): string | undefined {
  return BEARER.exec(request.headers.authorization ?? '')?.[1];
}
