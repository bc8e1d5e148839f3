import { AppError } from '@agent-chat/kernel';

const RETRY_AFTER_MS = 500;

/**
 * Thrown by a handler that was asked as the owner of a partition and isn't. Between processes it makes the bus look once for the present
 * owner; if that doesn't help, the caller gets what it is: UNAVAILABLE.
 */
export class NotTheOwnerError extends AppError {
  constructor() {
    super('UNAVAILABLE', { detail: 'This process does not own the room now', retryAfterMs: RETRY_AFTER_MS });
    this.name = 'NotTheOwnerError';
  }
}
