import { type AppConfig } from '@agent-chat/config';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { type MessageMappingProperties } from '@nestjs/websockets';
import { type Server, type ServerOptions, type Socket } from 'socket.io';
import { SocketDispatch } from './socket-dispatch';
import { connectionOf } from './socket-life';

/** The handler for calls that no other takes. */
export const ANY_OTHER_CALL = '*';
export const SOCKET_PATH = '/socket.io';
const PING_INTERVAL_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;
const CONNECT_TIMEOUT_MS = 10_000;

type Acknowledge = (answer: object) => void;

/** Socket.IO over WebSocket alone, with one listener a socket where Nest's own adapter makes several subscriptions for each handler, and answers that leave with events. */
export class SlimIoAdapter extends IoAdapter {
  private readonly logger = new Logger(SlimIoAdapter.name);

  private dispatch: SocketDispatch | undefined;

  constructor(
    private readonly app: INestApplicationContext,
    private readonly config: AppConfig,
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const { corsOrigins } = this.config.server;
    const own: Partial<ServerOptions> = {
      path: SOCKET_PATH,
      transports: ['websocket'],
      serveClient: false,
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: this.config.limits.maxFrameBytes,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      cors: { origin: corsOrigins.includes('*') ? '*' : [...corsOrigins] },
    };
    return super.createIOServer(port, { ...options, ...own }) as Server;
  }

  /** Handlers acknowledge by themselves: what must follow an answer has to know when it is on its way. */
  override bindMessageHandlers(socket: Socket, handlers: MessageMappingProperties[]): void {
    Object.assign(socket, { ack: acknowledgeWithEvents });
    const dispatch = (this.dispatch ??= this.app.get<SocketDispatch>(SocketDispatch, { strict: false }));
    const unknown = handlers.find(({ message }) => message === ANY_OTHER_CALL);
    socket.use((packet: unknown[]) => {
      const last = packet.at(-1);
      const acknowledge = typeof last === 'function' ? (last as Acknowledge) : undefined;
      if (dispatch.refuseEarly(packet[0], socket, packet[1], acknowledge)) return;
      const handler = handlers.find(({ message }) => message === packet[0]) ?? unknown;
      Promise.resolve(handler?.callback(packet[1] === last && acknowledge !== undefined ? undefined : packet[1], acknowledge) as unknown).catch(
        (error: unknown) => this.logger.error(`A call failed outside its handler: ${String(error)}`),
      );
    });
  }
}

/** In place of Socket.IO's own, which writes each answer by itself. */
function acknowledgeWithEvents(this: Socket, callId: number): Acknowledge {
  return (answer) => connectionOf(this)?.answer(callId, answer);
}
