import { newId } from '@agent-chat/kernel';
import { type IncomingMessage, type ServerResponse } from 'node:http';

const SANE = /^[A-Za-z0-9._-]{1,128}$/;

type IdentifiedRequest = IncomingMessage & { id?: unknown };

/** The request's id: the one given on the way here, the caller's `X-Request-Id` where it is sane, else a new one. Echoed in the answer. */
export function identifyRequest(request: IdentifiedRequest, response: ServerResponse): string {
  if (typeof request.id === 'string') return request.id;
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && SANE.test(given) ? given : newId<string>();
  request.id = id;
  response.setHeader('X-Request-Id', id);
  return id;
}
