import { type User } from '@agent-chat/contracts';
import { type UserId } from '@agent-chat/kernel';
import { type UserEntity } from '../auth/user.entity';

/** A row of `users` as anybody may see it. */
export function toUser({ userId, username, displayName, avatarUrl, bot }: Omit<UserEntity, 'searchName' | 'createdAt'>): User {
  return { userId: userId as UserId, username, displayName, ...(avatarUrl === null ? {} : { avatarUrl }), bot };
}
