import { type Principal } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { Clock } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { type Socket } from 'socket.io';
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
    data.connection = new SocketConnection(principal, socket, this.around);
    forgetHandshake(socket);
    this.connections.add(data.connection);
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
    return (socket.data as SocketData).connection;
  }
}

/** The request, its headers and the token would otherwise stay in memory as long as the socket. */
function forgetHandshake(socket: Socket): void {
  const writable = socket as unknown as { handshake: object; conn: { request: unknown } };
  writable.handshake = NO_HANDSHAKE;
  writable.conn.request = null;
}
