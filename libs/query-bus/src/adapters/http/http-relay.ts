import { type ServiceName } from '@agent-chat/contracts';
import { AppError, type ErrorBody } from '@agent-chat/kernel';
import { type Breakers } from '@agent-chat/resilience';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Relay, type RelayFacts, type RelayHandler } from '../../relay.port';
import { passBy, RelayHandlers } from '../relay-handlers';
import { InstanceChoice } from './instance-choice';
import { type QueryServer } from './query-server';
import { RelayConnection } from './relay-connection';
import { decodeJson, headersToHandBack, RELAY_HEADERS } from './relay-wire';
import { type ServiceSecret } from './service-secret';

export interface HttpRelayOptions {
  /** The door at which this process takes what is handed to it. */
  readonly server: QueryServer;
  readonly secret: ServiceSecret;
  /** `host:port` of the running processes of a service, as known now. */
  readonly addressesOf: (service: ServiceName) => readonly string[];
  readonly breakers: Breakers;
}

const MAX_TRIES = 2;

/** Requests between processes, over HTTP: the body flows one way and the answer the other, neither faster than it is taken. */
export class HttpRelay extends Relay {
  private readonly handlers = new RelayHandlers();
  private readonly choice = new InstanceChoice();
  private isClosed = false;

  constructor(private readonly options: HttpRelayOptions) {
    super();
    options.server.serveRelay(this.handlers);
  }

  override async hand(service: ServiceName, request: IncomingMessage, response: ServerResponse, facts: RelayFacts): Promise<void> {
    if (this.isClosed) throw new AppError('UNAVAILABLE', { detail: 'The relay is closed' });
    if (this.handlers.has(service)) return this.handlers.run(service, request, response, facts);
    const connection = await this.options.breakers.of(`${service}/relay`).run(() => this.connect(service, request, facts));
    await this.choice.during(connection.address, exchange(connection, request, response));
  }

  override take(service: ServiceName, handler: RelayHandler): void {
    this.handlers.add(service, handler);
  }

  override async close(): Promise<void> {
    this.isClosed = true;
  }

  /** Whoever can't be reached has seen nothing of the request: another one may. */
  private async connect(service: ServiceName, request: IncomingMessage, facts: RelayFacts): Promise<RelayConnection> {
    const { addressesOf, secret } = this.options;
    let tried: string | undefined;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const address = this.choice.pick(addressesOf(service), tried);
      if (address === undefined) break;
      try {
        return await RelayConnection.open(address, service, request, { facts, secret });
      } catch {
        this.choice.avoid(address);
        tried = address;
      }
    }
    throw new AppError('UNAVAILABLE', { detail: `No process of ${service} can be reached`, retryAfterMs: 1_000 });
  }
}

async function exchange(connection: RelayConnection, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const onGone = (): void => {
    if (!response.writableFinished) connection.cut();
  };
  response.once('close', onGone);
  try {
    const answer = await connection.send(request);
    const refusal = answer.headers[RELAY_HEADERS.error];
    if (refusal !== undefined) throw AppError.fromBody(decodeJson(refusal) as ErrorBody);
    response.statusCode = answer.statusCode ?? 500;
    for (const [name, value] of Object.entries(headersToHandBack(answer.headers))) if (value !== undefined) response.setHeader(name, value);
    await pipeline(answer, response);
  } catch (error) {
    connection.cut();
    if (response.destroyed) return;
    if (response.headersSent) {
      response.destroy();
      return;
    }
    passBy(request);
    throw error instanceof AppError ? error : new AppError('UNAVAILABLE', { detail: 'The service broke off', retryAfterMs: 1_000, cause: error });
  } finally {
    response.off('close', onGone);
  }
}
