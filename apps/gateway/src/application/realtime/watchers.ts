import { type UserId } from '@agent-chat/kernel';
import { type Connection } from './connection';

const NOBODY: ReadonlySet<Connection> = new Set();

/** Which connections watch the presence of whom. */
export class Watchers {
  /** Grows with each change. */
  version = 0;
  private readonly byWatched = new Map<UserId, Set<Connection>>();

  /** In place of those that the connection watched before. */
  set(connection: Connection, userIds: readonly UserId[]): void {
    this.forget(connection);
    // One that has left is forgotten by nobody any more.
    if (userIds.length === 0 || connection.isClosed) return;
    this.version++;
    connection.watchedUserIds = new Set(userIds);
    for (const userId of connection.watchedUserIds) {
      const watchers = this.byWatched.get(userId);
      if (watchers === undefined) this.byWatched.set(userId, new Set([connection]));
      else watchers.add(connection);
    }
  }

  /** It watches nobody any more. */
  forget(connection: Connection): void {
    if (connection.watchedUserIds === undefined) return;
    this.version++;
    for (const userId of connection.watchedUserIds) {
      const watchers = this.byWatched.get(userId);
      watchers?.delete(connection);
      if (watchers?.size === 0) this.byWatched.delete(userId);
    }
    connection.watchedUserIds = undefined;
  }

  of(userId: UserId): ReadonlySet<Connection> {
    return this.byWatched.get(userId) ?? NOBODY;
  }

  /** Everybody who is watched by anybody. */
  watched(): UserId[] {
    return [...this.byWatched.keys()];
  }
}
