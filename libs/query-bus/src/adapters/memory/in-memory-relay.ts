import { type ServiceName } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Relay, type RelayFacts, type RelayHandler } from '../../relay.port';
import { RelayHandlers } from '../relay-handlers';

/** A relay inside one process: the request itself is handed over. */
export class InMemoryRelay extends Relay {
  private readonly handlers = new RelayHandlers();
  private isClosed = false;

  override async hand(service: ServiceName, request: IncomingMessage, response: ServerResponse, facts: RelayFacts): Promise<void> {
    if (this.isClosed) throw new AppError('UNAVAILABLE', { detail: 'The relay is closed' });
    await this.handlers.run(service, request, response, facts);
  }

  override take(service: ServiceName, handler: RelayHandler): void {
    this.handlers.add(service, handler);
  }

  override async close(): Promise<void> {
    this.isClosed = true;
  }
}
