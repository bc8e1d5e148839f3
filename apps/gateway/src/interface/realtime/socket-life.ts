import { type Principal } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { AppError, Clock } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { type Socket } from 'socket.io';
import { type Closing } from '../../application/realtime/connection';
import { ConnectionRegistry } from '../../application/realtime/connection-registry';
import { RealtimeMetrics } from '../../application/realtime/realtime-metrics';
import { Subscriptions } from '../../application/realtime/subscriptions';
import { FrameBudget } from './frame-budget';
import { sharedListener } from './shared-listener';
import { shedWeight } from './shed-weight';
import { SocketFlush } from './socket-flush';
import { SocketConnection, type SocketSurroundings } from './socket-connection';

interface SocketData {
  principal?: Principal;
  connection?: SocketConnection;
}

/** Frames of any kind for each call that is allowed; beyond it the socket is closed. */
const FRAMES_A_CALL = 2;

/** Sockets as connections, from their handshake to their end. */
@Injectable()
export class SocketLife {
  private readonly around: SocketSurroundings;
  private readonly onDisconnect = sharedListener((socket) => this.end(socket));

  constructor(
    private readonly connections: ConnectionRegistry,
    private readonly subscriptions: Subscriptions,
    private readonly metrics: RealtimeMetrics,
    config: AppConfig,
    clock: Clock,
  ) {
    const { rateLimits, limits } = config;
    const rule = rateLimits === 'off' ? 'off' : rateLimits['socket.frame'];
    const budget = (times: number): FrameBudget | undefined =>
      rule === 'off' ? undefined : new FrameBudget({ limit: rule.limit * times, windowMs: rule.windowMs }, clock);
    const budgets = { calls: budget(1), frames: budget(FRAMES_A_CALL) };
    this.around = { outboundQueueBytes: limits.outboundQueueBytes, metrics, flush: new SocketFlush(), ...budgets };
  }

  begin(socket: Socket): void {
    const { principal } = socket.data as SocketData;
    if (principal === undefined) {
      socket.disconnect(true);
      return;
    }
    const connection = new SocketConnection(principal, socket, this.around);
    shedWeight(socket);
    try {
      // Again: those that came all at once were let in by the same look.
      this.connections.refuseIfFull();
      this.connections.refuseIfTooMany(principal);
    } catch (thrown) {
      connection.close(closingOf(AppError.from(thrown)));
      return;
    }
    socket.data = { connection } satisfies SocketData;
    socket.on('disconnect', this.onDisconnect);
    this.connections.add(connection);
    this.metrics.connections.inc({ transport: 'socket' });
  }

  of(socket: Socket): SocketConnection | undefined {
    return connectionOf(socket);
  }

  private end(socket: Socket): void {
    const connection = this.of(socket);
    if (connection === undefined) return;
    connection.isClosed = true;
    this.subscriptions.dropAll(connection);
    this.connections.remove(connection);
    this.metrics.connections.dec({ transport: 'socket' });
  }
}

/** None before a socket was let in, or where it was not. */
export function connectionOf(socket: Socket): SocketConnection | undefined {
  return (socket.data as SocketData).connection;
}

function closingOf({ code, retryAfterMs }: AppError): Closing {
  return { code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
