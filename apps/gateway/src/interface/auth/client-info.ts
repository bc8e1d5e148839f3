import { type Request } from 'express';
import { type ClientInfo } from '../../application/auth/sessions';

/** Where a request comes from, for its owner's list of sessions. */
export function clientInfo(request: Request): ClientInfo {
  return { userAgent: request.headers['user-agent'], address: request.ip };
}
