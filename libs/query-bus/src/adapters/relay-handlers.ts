import { AppError } from '@agent-chat/kernel';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type RelayFacts, type RelayHandler } from '../relay.port';

/** Who takes what in this process. */
export class RelayHandlers {
  private readonly handlers = new Map<string, RelayHandler>();

  add(service: string, handler: RelayHandler): void {
    if (this.handlers.has(service)) throw new Error(`This process takes what is handed to ${service} already`);
    this.handlers.set(service, handler);
  }

  has(service: string): boolean {
    return this.handlers.has(service);
  }

  /** Rejects with an `AppError` while nothing was answered; an answer that fails on its way is cut. */
  async run(service: string, request: IncomingMessage, response: ServerResponse, facts: RelayFacts): Promise<void> {
    const handler = this.handlers.get(service);
    if (handler === undefined) throw new AppError('UNAVAILABLE', { detail: `No process of ${service} is known`, retryAfterMs: 1_000 });
    try {
      await handler(request, response, facts);
    } catch (error) {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      passBy(request);
      throw AppError.from(error);
    }
  }
}

/** Who still sends reads why it is refused only if somebody takes the rest. */
export function passBy(request: IncomingMessage): void {
  request.unpipe();
  request.resume();
}
