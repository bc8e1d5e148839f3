import { type Principal } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { AppError, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { type Connection } from './connection';

const FULL_RETRY_MS = 5_000;
const NONE: readonly Connection[] = [];

/** Is told of people's first and last connections here, and of each. */
export interface PeopleListener {
  arrived(userId: UserId): void;
  /** `last` is the connection that was their last one. */
  left(userId: UserId, last: Connection): void;
  connected?(connection: Connection): void;
  disconnected?(connection: Connection): void;
}

/** Every open connection of this gateway. */
@Injectable()
export class ConnectionRegistry {
  /** Most people have one or two: a list is a fifth of a set. None is ever changed, so that whoever goes through one may close what is in it. */
  private readonly byUser = new Map<UserId, readonly Connection[]>();
  private readonly listeners: PeopleListener[] = [];
  private count = 0;

  constructor(private readonly config: AppConfig) {}

  get size(): number {
    return this.count;
  }

  listen(listener: PeopleListener): void {
    this.listeners.push(listener);
  }

  /** Throws when this process can hold no more. */
  refuseIfFull(): void {
    if (this.count >= this.config.limits.maxConnections) throw new AppError('UNAVAILABLE', { detail: 'This server is full', retryAfterMs: FULL_RETRY_MS });
  }

  /** Throws when this person has as many as allowed. */
  refuseIfTooMany({ userId }: Principal): void {
    if (this.of(userId).length >= this.config.limits.maxConnectionsPerUser)
      throw new AppError('LIMIT_REACHED', { detail: 'You have too many open connections' });
  }

  add(connection: Connection): void {
    const { userId } = connection;
    const own = this.byUser.get(userId);
    this.count++;
    this.byUser.set(userId, own === undefined ? [connection] : [...own, connection]);
    if (own === undefined) for (const listener of this.listeners) listener.arrived(userId);
    for (const listener of this.listeners) listener.connected?.(connection);
  }

  remove(connection: Connection): void {
    const own = this.of(connection.userId);
    if (!own.includes(connection)) return;
    const rest = own.filter((other) => other !== connection);
    if (rest.length > 0) this.byUser.set(connection.userId, rest);
    else this.byUser.delete(connection.userId);
    this.count--;
    for (const listener of this.listeners) listener.disconnected?.(connection);
    if (rest.length > 0) return;
    for (const listener of this.listeners) listener.left(connection.userId, connection);
  }

  of(userId: UserId): readonly Connection[] {
    return this.byUser.get(userId) ?? NONE;
  }

  userIds(): UserId[] {
    return [...this.byUser.keys()];
  }

  *all(): Generator<Connection> {
    for (const own of this.byUser.values()) yield* own;
  }
}
