import { type Principal, Authenticator } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { AppError } from '@agent-chat/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { type Socket } from 'socket.io';
import { callerNetwork } from '../../application/limits/caller-network';
import { CallLimits } from '../../application/realtime/call-limits';
import { ConnectionDrain } from '../../application/realtime/connection-drain';
import { ConnectionRegistry } from '../../application/realtime/connection-registry';
import { clientAddress } from './client-address';

type Next = (error?: Error & { data?: unknown }) => void;

/** Lets sockets in, or tells them why not: `connect_error` with the error as its data. */
@Injectable()
export class SocketAdmission {
  private readonly logger = new Logger(SocketAdmission.name);
  /** Transports over which somebody is logged in or about to be. */
  private readonly taken = new WeakSet();

  constructor(
    private readonly authenticator: Authenticator,
    private readonly connections: ConnectionRegistry,
    private readonly limits: CallLimits,
    private readonly drain: ConnectionDrain,
    private readonly config: AppConfig,
  ) {}

  /** Socket.IO's middleware; leaves the principal in the socket's data. */
  readonly middleware = (socket: Socket, next: Next): void => {
    this.admit(socket).then(
      (principal) => {
        (socket.data as { principal?: Principal }).principal = principal;
        next();
      },
      (thrown: unknown) => {
        const error = AppError.from(thrown);
        if (error.code === 'INTERNAL') this.logger.error(`A handshake failed: ${String(error.cause)}`);
        next(Object.assign(new Error(error.message), { data: error.toBody() }));
      },
    );
  };

  /** Socket.IO would take several log-ins over one transport that come before the first is through. */
  private async admit(socket: Socket): Promise<Principal> {
    const { conn } = socket;
    if (this.taken.has(conn)) throw new AppError('VALIDATION_FAILED', { detail: 'This connection is logged in or about to be' });
    this.taken.add(conn);
    try {
      return await this.authenticate(socket);
    } catch (error) {
      this.taken.delete(conn);
      throw error;
    }
  }

  private async authenticate({ conn, handshake }: Socket): Promise<Principal> {
    this.drain.refuseIfDraining();
    this.connections.refuseIfFull();
    const address = clientAddress(conn.remoteAddress, handshake.headers['x-forwarded-for'], this.config.server.trustedProxies);
    await this.limits.take('socket.connect', callerNetwork(address));
    const { token } = handshake.auth as { token?: unknown };
    if (typeof token !== 'string' || token === '') throw new AppError('UNAUTHENTICATED');
    const principal = await this.authenticator.authenticate(token);
    this.connections.refuseIfTooMany(principal);
    return principal;
  }
}
