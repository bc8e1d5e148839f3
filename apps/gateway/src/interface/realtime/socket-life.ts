import { type Principal } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { AppError, Clock } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { type Socket } from 'socket.io';
import { type Closing } from '../../application/realtime/connection';
import { ConnectionRegistry } from '../../application/realtime/connection-registry';
import { RealtimeMetrics } from '../../application/realtime/realtime-metrics';
import { Subscriptions } from '../../application/realtime/subscriptions';
import { SocketFlush } from './socket-flush';
import { SocketConnection, type SocketSurroundings } from './socket-connection';

interface SocketData {
  principal?: Principal;
  connection?: SocketConnection;
}

const NO_HANDSHAKE = Object.freeze({ headers: {}, query: {}, auth: {} });

/** Sockets as connections, from their handshake to their end. */
@Injectable()
export class SocketLife {
  private readonly around: SocketSurroundings;

  constructor(
    private readonly connections: ConnectionRegistry,
    private readonly subscriptions: Subscriptions,
    private readonly metrics: RealtimeMetrics,
    config: AppConfig,
    clock: Clock,
  ) {
    const { rateLimits, limits } = config;
    const frameLimit = rateLimits === 'off' ? 'off' : rateLimits['socket.frame'];
    this.around = { outboundQueueBytes: limits.outboundQueueBytes, frameLimit, clock, metrics, flush: new SocketFlush() };
  }

  begin(socket: Socket): void {
    const data = socket.data as SocketData;
    const { principal } = data;
    if (principal === undefined) {
      socket.disconnect(true);
      return;
    }
    delete data.principal;
    const connection = new SocketConnection(principal, socket, this.around);
    forgetHandshake(socket);
    try {
      // Again: those that came all at once were let in by the same look.
      this.connections.refuseIfFull();
      this.connections.refuseIfTooMany(principal);
    } catch (thrown) {
      connection.close(closingOf(AppError.from(thrown)));
      return;
    }
    data.connection = connection;
    this.connections.add(connection);
    this.metrics.connections.inc({ transport: 'socket' });
  }

  end(socket: Socket): void {
    const { connection } = socket.data as SocketData;
    if (connection === undefined) return;
    connection.isClosed = true;
    this.subscriptions.dropAll(connection);
    this.connections.remove(connection);
    this.metrics.connections.dec({ transport: 'socket' });
  }

  of(socket: Socket): SocketConnection | undefined {
    return connectionOf(socket);
  }
}

/** None before a socket was let in, or where it was not. */
export function connectionOf(socket: Socket): SocketConnection | undefined {
  return (socket.data as SocketData).connection;
}

function closingOf({ code, retryAfterMs }: AppError): Closing {
  return { code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** The request, its headers and the token would otherwise stay in memory as long as the socket. */
function forgetHandshake(socket: Socket): void {
  const writable = socket as unknown as { handshake: object; conn: { request: unknown } };
  writable.handshake = NO_HANDSHAKE;
  writable.conn.request = null;
}
