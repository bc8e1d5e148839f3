import { AppConfig } from '@agent-chat/config';
import { AppError, groupBy } from '@agent-chat/kernel';
import { Draining } from '@agent-chat/observability';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Connection } from './connection';
import { ConnectionRegistry } from './connection-registry';
import { PresenceLink } from './presence-link';

/** How often connections are closed while the process drains. */
const SLICE_MS = 100;
/** Clients get this much longer than they were told before they are closed. */
const PATIENCE_MS = 500;

/** Sends clients elsewhere before the process ends. */
@Injectable()
export class ConnectionDrain implements OnModuleInit {
  private running: Promise<void> | undefined;

  constructor(
    private readonly connections: ConnectionRegistry,
    private readonly presence: PresenceLink,
    private readonly draining: Draining,
    private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    this.draining.onStart(() => this.drain());
  }

  refuseIfDraining(): void {
    if (this.running !== undefined) throw new AppError('DRAINING', { retryAfterMs: 1_000 });
  }

  /** Tells every client to reconnect at a random moment of the drain window, and closes each soon after its moment. Safe to call twice. */
  async drain(): Promise<void> {
    this.running ??= this.run();
    await this.running;
  }

  private async run(): Promise<void> {
    this.presence.leave();
    const { drainMs } = this.config.server;
    const slices = groupBy([...this.connections.all()], (connection) => sendAway(connection, drainMs));
    const last = Math.max(0, ...slices.keys());
    const leaving: Promise<void>[] = [];
    for (let slice = 0; slice <= last && this.connections.size > 0; slice++) {
      for (const connection of slices.get(slice) ?? []) leaving.push(connection.leave());
      await delay(SLICE_MS);
    }
    // Those that were let in while the first were sent away.
    for (const connection of this.connections.all()) leaving.push(connection.leave());
    await Promise.all(leaving);
  }
}

/** Tells a client when to come back; answers the slice in which its connection is closed. */
function sendAway(connection: Connection, drainMs: number): number {
  const reconnectInMs = drainMs === 0 ? 0 : randomInt(drainMs);
  connection.send('drain', { reconnectInMs });
  return Math.ceil((reconnectInMs + PATIENCE_MS) / SLICE_MS);
}
