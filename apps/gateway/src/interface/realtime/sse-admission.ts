import { type Principal } from '@agent-chat/auth';
import { Injectable } from '@nestjs/common';
import { CallLimits } from '../../application/realtime/call-limits';
import { type Connection } from '../../application/realtime/connection';
import { ConnectionDrain } from '../../application/realtime/connection-drain';
import { ConnectionRegistry } from '../../application/realtime/connection-registry';
import { RealtimeMetrics } from '../../application/realtime/realtime-metrics';

/** Lets event streams in and counts them. */
@Injectable()
export class SseAdmission {
  constructor(
    private readonly connections: ConnectionRegistry,
    private readonly limits: CallLimits,
    private readonly drain: ConnectionDrain,
    private readonly metrics: RealtimeMetrics,
  ) {}

  /** Throws why not. */
  async admit(principal: Principal): Promise<void> {
    this.drain.refuseIfDraining();
    this.connections.refuseIfFull();
    this.connections.refuseIfTooMany(principal);
    await this.limits.take('socket.connect', principal.userId);
  }

  /** Throws as `admit`: those that came all at once were let in by the same look. */
  enter(connection: Connection): void {
    this.connections.refuseIfFull();
    this.connections.refuseIfTooMany(connection.principal);
    this.connections.add(connection);
    this.metrics.connections.inc({ transport: 'sse' });
  }

  leave(connection: Connection): void {
    this.connections.remove(connection);
    this.metrics.connections.dec({ transport: 'sse' });
  }
}
