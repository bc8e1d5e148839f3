import { io, type Socket } from 'socket.io-client';
import { AgentChatError } from './errors';
import { type OpenTransport, type Transport, type TransportHandlers } from './transport';

const CONNECT_TIMEOUT_MS = 10_000;

interface Closing {
  readonly code: string;
  readonly retryAfterMs?: number;
}

/** Connections by Socket.IO over WebSocket. Its own reconnection is off: the SDK's knows cursors, tokens and the server's wishes. */
export const openSocketTransport: OpenTransport = ({ url, token, handlers }) => {
  const socket = io(url, {
    path: '/socket.io',
    transports: ['websocket'],
    auth: { token },
    reconnection: false,
    forceNew: true,
    timeout: CONNECT_TIMEOUT_MS,
  });
  return new SocketTransport(socket, handlers);
};

/** One Socket.IO connection. */
class SocketTransport implements Transport {
  private isClosed = false;
  private closing: Closing | undefined;

  constructor(
    private readonly socket: Socket,
    handlers: TransportHandlers,
  ) {
    socket.on('connect', () => handlers.onOpen());
    socket.on('connect_error', (error: Error & { data?: unknown }) => this.end(handlers, refusal(error)));
    socket.on('disconnect', (reason) => {
      const { code = 'NETWORK_ERROR', retryAfterMs } = this.closing ?? {};
      this.end(handlers, new AgentChatError(code, { message: `The connection ended: ${reason}`, retryable: true, retryAfterMs }));
    });
    socket.onAny((name: string, body: unknown) => {
      if (this.isClosed) return;
      if (name === 'closing') this.closing = body as Closing;
      handlers.onFrame(name, body);
    });
  }

  async request(call: string, body: unknown, timeoutMs: number): Promise<unknown> {
    if (!this.socket.connected) throw new AgentChatError('NETWORK_ERROR', { message: 'Not connected' });
    const answer = (await this.socket
      .timeout(timeoutMs)
      .emitWithAck(call, body)
      .catch((cause: unknown) => {
        throw new AgentChatError(this.socket.connected ? 'TIMEOUT' : 'NETWORK_ERROR', { message: 'No answer', cause });
      })) as { ok?: unknown; error?: unknown } | undefined;
    if (answer?.ok === true) return answer;
    throw AgentChatError.fromBody(answer?.error);
  }

  close(): void {
    this.isClosed = true;
    this.socket.disconnect();
  }

  private end(handlers: TransportHandlers, error: AgentChatError): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.socket.disconnect();
    handlers.onClosed(error);
  }
}

function refusal(error: Error & { data?: unknown }): AgentChatError {
  if (typeof error.data === 'object' && error.data !== null) return AgentChatError.fromBody({ message: error.message, ...error.data });
  return new AgentChatError('NETWORK_ERROR', { message: 'The server could not be reached', cause: error });
}
