import { AppError } from '@agent-chat/kernel';
import { type RequestHandler } from 'express';

/** Express middleware for what lies at one address: spelled otherwise (in capitals, with a slash at its end) it isn't there. So whoever hides that address hides it. */
export function exactAddress(address: string): RequestHandler {
  return ({ originalUrl }, _response, next) => {
    next(originalUrl.split('?', 1)[0] === address ? undefined : new AppError('NOT_FOUND'));
  };
}
