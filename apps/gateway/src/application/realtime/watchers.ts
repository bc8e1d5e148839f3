import { type UserId } from '@agent-chat/kernel';
import { type Connection } from './connection';
import { Openings } from './openings';

const NOBODY: ReadonlySet<Connection> = new Set();

/** Which connections watch the presence of whom. */
export class Watchers {
  /** Who came to be watched by anybody, and who no longer is. */
  readonly openings = new Openings<UserId>();
  private readonly byWatched = new Map<UserId, Set<Connection>>();

  /** In place of those that the connection watched before; for whom it goes on watching nothing opens or closes. */
  set(connection: Connection, userIds: readonly UserId[]): void {
    // One that has left is forgotten by nobody any more.
    const wanted = new Set(connection.isClosed ? [] : userIds);
    const before = connection.watchedUserIds ?? new Set();
    for (const userId of before) if (!wanted.has(userId)) this.remove(connection, userId);
    for (const userId of wanted) if (!before.has(userId)) this.add(connection, userId);
    connection.watchedUserIds = wanted.size === 0 ? undefined : wanted;
  }

  /** It watches nobody any more. */
  forget(connection: Connection): void {
    this.set(connection, []);
  }

  of(userId: UserId): ReadonlySet<Connection> {
    return this.byWatched.get(userId) ?? NOBODY;
  }

  /** Everybody who is watched by anybody. */
  watched(): Iterable<UserId> {
    return this.byWatched.keys();
  }

  private add(connection: Connection, userId: UserId): void {
    const watchers = this.byWatched.get(userId);
    if (watchers !== undefined) {
      watchers.add(connection);
      return;
    }
    this.byWatched.set(userId, new Set([connection]));
    this.openings.open(userId);
  }

  private remove(connection: Connection, userId: UserId): void {
    const watchers = this.byWatched.get(userId);
    watchers?.delete(connection);
    if (watchers?.size !== 0) return;
    this.byWatched.delete(userId);
    this.openings.close(userId);
  }
}
