import { type AppConfig } from '@agent-chat/config';
import { type INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { type Server, type ServerOptions } from 'socket.io';
import { NoRooms } from './no-rooms';

export const SOCKET_PATH = '/socket.io';
const PING_INTERVAL_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** Socket.IO over WebSocket alone, without what it and Nest would keep for each connection and nobody uses here. */
export class SlimIoAdapter extends IoAdapter {
  constructor(
    app: INestApplicationContext,
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
      adapter: NoRooms,
    };
    return super.createIOServer(port, { ...options, ...own }) as Server;
  }

  override bindMessageHandlers(): void {
    // Calls come to `SocketDispatch` by one listener for all sockets: Nest would bind every handler to every socket.
  }

  override bindClientDisconnect(): void {
    // `SocketLife` listens, with one listener for all sockets, too.
  }
}
