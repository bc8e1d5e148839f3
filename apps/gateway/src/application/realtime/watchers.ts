import { type UserId } from '@agent-chat/kernel';
import { type Connection } from './connection';
import { Openings } from './openings';

const NOBODY: ReadonlySet<Connection> = new Set();

/** Which connections watch the presence of whom. */
export class Watchers {
  /** Who came to be watched by anybody, and who no longer is. */
  readonly openings = new Openings<UserId>();
  private readonly byWatched = new Map<UserId, Set<Connection>>();

  /** In place of those that the connection watched before. */
  set(connection: Connection, userIds: readonly UserId[]): void {
    this.forget(connection);
    // One that has left is forgotten by nobody any more.
    if (userIds.length === 0 || connection.isClosed) return;
    connection.watchedUserIds = new Set(userIds);
    for (const userId of connection.watchedUserIds) {
      const watchers = this.byWatched.get(userId);
      if (watchers !== undefined) {
        watchers.add(connection);
        continue;
      }
      this.byWatched.set(userId, new Set([connection]));
      this.openings.open(userId);
    }
  }

  /** It watches nobody any more. */
  forget(connection: Connection): void {
    if (connection.watchedUserIds === undefined) return;
    for (const userId of connection.watchedUserIds) {
      const watchers = this.byWatched.get(userId);
      watchers?.delete(connection);
      if (watchers?.size !== 0) continue;
      this.byWatched.delete(userId);
      this.openings.close(userId);
    }
    connection.watchedUserIds = undefined;
  }

  of(userId: UserId): ReadonlySet<Connection> {
    return this.byWatched.get(userId) ?? NOBODY;
  }

  /** Everybody who is watched by anybody. */
  watched(): Iterable<UserId> {
    return this.byWatched.keys();
  }
}
