import { type RoomListChange } from '@agent-chat/contracts';
import { type RoomId, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { GatewayInbox } from '../gateway-inbox';
import { ActivityHeads } from './activity-heads';
import { type Connection } from './connection';
import { ConnectionRegistry } from './connection-registry';
import { Memberships } from './memberships';
import { PresenceLink } from './presence-link';

const CHECK_MS = 30_000;
/** How long a new connection waits for others that are told their `rev` too: each alone would cost two queries. */
const GREET_MS = 50;
const QUERY_TIMEOUT_MS = 5_000;
const USERS_PER_QUERY = 10_000;
/** Whoever makes a room is in it without joining. */
const BEGINS_MEMBERSHIP: ReadonlySet<string> = new Set(['created', 'joined']);
const ENDS_MEMBERSHIP: ReadonlySet<string> = new Set(['left', 'removed', 'banned']);

interface UserChanges {
  readonly userId: UserId;
  readonly rev: number;
  readonly changes: RoomListChange[];
}

type JoinListener = (connection: Connection, roomId: RoomId) => void;

/** Tells people that their room lists changed: `rooms` frames (P32). */
@Injectable()
export class RoomLists implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RoomLists.name);
  private readonly revs = new Map<UserId, number>();
  private readonly greeting = new Set<Connection>();
  private readonly joinListeners = new WeakMap<Connection, JoinListener>();
  private timer: NodeJS.Timeout | undefined;
  private greetTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly queries: QueryBus,
    private readonly inbox: GatewayInbox,
    private readonly connections: ConnectionRegistry,
    private readonly memberships: Memberships,
    private readonly presence: PresenceLink,
    private readonly heads: ActivityHeads,
  ) {}

  onApplicationBootstrap(): void {
    this.inbox.on('users', (message) => {
      for (const changes of JSON.parse(message) as UserChanges[]) this.tell(changes);
    });
    this.connections.listen({ arrived: () => undefined, left: (userId) => this.revs.delete(userId), connected: (connection) => this.greet(connection) });
    this.timer = setInterval(() => this.run(() => this.compare()), CHECK_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    clearTimeout(this.greetTimer);
  }

  /** Calls back for each room that the connection's person joins. */
  followJoins(connection: Connection, listener: JoinListener): void {
    this.joinListeners.set(connection, listener);
  }

  private tell({ userId, rev, changes }: UserChanges): void {
    const own = this.connections.of(userId);
    if (own.length === 0 || this.revs.get(userId) === rev) return;
    this.revs.set(userId, rev);
    for (const { roomId, change } of changes) {
      if (BEGINS_MEMBERSHIP.has(change)) void this.follow(userId, roomId);
      else if (ENDS_MEMBERSHIP.has(change)) this.memberships.remove(userId, roomId);
    }
    for (const connection of own) {
      connection.send('rooms', { rev, changes });
      for (const { roomId, change } of changes) if (BEGINS_MEMBERSHIP.has(change)) this.joinListeners.get(connection)?.(connection, roomId);
    }
  }

  /** Whoever puts somebody in often writes at once: what was written before its events come here is told all the same. */
  private async follow(userId: UserId, roomId: RoomId): Promise<void> {
    await this.memberships.add(userId, roomId);
    this.heads.touch(roomId);
  }

  /** `rev` comes on connect too; those of everybody who connects meanwhile are asked for at once. */
  private greet(connection: Connection): void {
    this.greeting.add(connection);
    if (this.greeting.size > 1) return;
    this.greetTimer = setTimeout(() => {
      const greeted = [...this.greeting];
      this.greeting.clear();
      this.run(async () => {
        const userIds = [...new Set(greeted.map(({ userId }) => userId))];
        // Known as here before the rev is read: a change between the two is noticed, or in the rev already. Without presence the check finds it.
        await this.presence.announce(userIds).catch(() => undefined);
        const revs = await this.ask(userIds);
        for (const each of greeted) {
          const rev = revs.get(each.userId) ?? 0;
          // A change that came meanwhile is newer.
          if (rev >= (this.revs.get(each.userId) ?? 0)) this.remember(each.userId, rev);
          if (!each.isClosed) each.send('rooms', { rev, changes: [] });
        }
      });
    }, GREET_MS).unref();
  }

  private async compare(): Promise<void> {
    this.memberships.reloadFailed();
    const userIds = this.connections.userIds();
    for (let from = 0; from < userIds.length; from += USERS_PER_QUERY) {
      for (const [userId, rev] of await this.ask(userIds.slice(from, from + USERS_PER_QUERY))) {
        if ((this.revs.get(userId) ?? 0) === rev) continue;
        this.remember(userId, rev);
        this.memberships.reload(userId);
        for (const connection of this.connections.of(userId)) connection.send('rooms', { rev, changes: [] });
      }
    }
  }

  private remember(userId: UserId, rev: number): void {
    if (this.connections.of(userId).length > 0) this.revs.set(userId, rev);
  }

  private async ask(userIds: UserId[]): Promise<Map<UserId, number>> {
    const { revs } = await this.queries.ask('users.revs', { userIds }, { timeoutMs: QUERY_TIMEOUT_MS });
    return new Map(revs.map(({ userId, rev }) => [userId, rev]));
  }

  private run(task: () => Promise<void>): void {
    task().catch((error: unknown) => this.logger.warn({ err: error }, 'Room lists could not be compared'));
  }
}
