import { type User } from '@agent-chat/contracts';
import { AppError, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { UserDirectory } from './user-directory';

/** Puts profiles to ids, and refuses ids that are nobody's. */
@Injectable()
export class People {
  constructor(private readonly directory: UserDirectory) {}

  /** Throws USER_NOT_FOUND with one entry an id that is nobody's; `path` is where the ids stand in the call. */
  async requireAll(userIds: readonly UserId[], path: string): Promise<void> {
    if (userIds.length === 0) return;
    const missing = new Set(await this.directory.missing(userIds));
    if (missing.size === 0) return;
    const errors = userIds.flatMap((userId, at) => (missing.has(userId) ? [{ path: `${path}.${at}`, message: 'is nobody' }] : []));
    throw new AppError('USER_NOT_FOUND', { errors });
  }

  /** The items with their people's profiles; of somebody who is gone remains the id. */
  async join<Item extends { readonly userId: UserId }>(items: readonly Item[]): Promise<(Omit<Item, 'userId'> & { user: User })[]> {
    const profiles = await this.directory.profiles(items.map(({ userId }) => userId));
    return items.map(({ userId, ...item }) => ({ user: profiles.get(userId) ?? gone(userId), ...item }));
  }
}

function gone(userId: UserId): User {
  return { userId, username: userId, displayName: 'Unknown', bot: false };
}
