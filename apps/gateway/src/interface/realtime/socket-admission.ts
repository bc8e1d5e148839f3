import { type Principal, Authenticator } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { AppError } from '@agent-chat/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { type Socket } from 'socket.io';
import { CallLimits } from '../../application/realtime/call-limits';
import { ConnectionDrain } from '../../application/realtime/connection-drain';
import { ConnectionRegistry } from '../../application/realtime/connection-registry';
import { clientAddress } from './client-address';

type Next = (error?: Error & { data?: unknown }) => void;

/** Lets sockets in, or tells them why not: `connect_error` with the error as its data. */
@Injectable()
export class SocketAdmission {
  private readonly logger = new Logger(SocketAdmission.name);

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

  private async admit({ conn, handshake }: Socket): Promise<Principal> {
    this.drain.refuseIfDraining();
    this.connections.refuseIfFull();
    await this.limits.take('socket.connect', clientAddress(conn.remoteAddress, handshake.headers['x-forwarded-for'], this.config.server.trustedProxies));
    const { token } = handshake.auth as { token?: unknown };
    if (typeof token !== 'string' || token === '') throw new AppError('UNAUTHENTICATED');
    const principal = await this.authenticator.authenticate(token);
    this.connections.refuseIfTooMany(principal);
    return principal;
  }
}
