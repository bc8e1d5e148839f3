import { type ClientRequest, type IncomingMessage, request as sendRequest } from 'node:http';
import { once } from 'node:events';
import { type Socket } from 'node:net';
import { encodeJson, headersToHandOver, RELAY_HEADERS, RELAY_PATH } from './relay-wire';
import { type ServiceSecret } from './service-secret';
import { type RelayFacts } from '../../relay.port';

const CONNECT_TIMEOUT_MS = 1_000;
/** No byte in either direction for so long, and the exchange is given up. */
const SILENCE_MS = 60_000;

/** One request on its way to another process. */
export class RelayConnection {
  private constructor(
    readonly address: string,
    private readonly outgoing: ClientRequest,
  ) {}

  /** Resolves once connected, with nothing sent. A connection of its own: one that was kept open may be about to close, and a body can't be sent twice. */
  static async open(
    address: string,
    service: string,
    request: IncomingMessage,
    { facts, secret }: { facts: RelayFacts; secret: ServiceSecret },
  ): Promise<RelayConnection> {
    const at = address.lastIndexOf(':');
    const outgoing = sendRequest({
      agent: false,
      method: request.method,
      host: address.slice(0, at).replace(/^\[|\]$/g, ''),
      port: address.slice(at + 1),
      path: `${RELAY_PATH}${service}${request.url ?? '/'}`,
      // It is we who close: a server that did so before it took the whole body would take its answer back.
      headers: { ...headersToHandOver(request.headers), connection: 'keep-alive', authorization: secret.header, [RELAY_HEADERS.facts]: encodeJson(facts) },
    });
    // Whoever waits is told; later ones concern nobody.
    outgoing.on('error', () => undefined);
    const [socket] = (await once(outgoing, 'socket')) as [Socket];
    try {
      if (socket.connecting) await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    } catch (error) {
      outgoing.destroy();
      throw error;
    }
    outgoing.setTimeout(SILENCE_MS, () => outgoing.destroy(new Error('silence')));
    return new RelayConnection(address, outgoing);
  }

  /** Sends the body as it comes; resolves with the beginning of the answer, which may come before the body's end: then the rest is for nobody. */
  async send(request: IncomingMessage): Promise<IncomingMessage> {
    const { outgoing } = this;
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    // Neither end takes the other along when it breaks: the client is to be told.
    request.pipe(outgoing);
    outgoing.once('close', () => request.unpipe(outgoing));
    const [answer] = await answered;
    return answer;
  }

  /** The other process notices. */
  cut(): void {
    this.outgoing.destroy();
  }
}
