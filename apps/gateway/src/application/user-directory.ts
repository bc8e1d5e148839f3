import { type User } from '@agent-chat/contracts';
import { type UserId } from '@agent-chat/kernel';

/** Which people to list. */
export interface UserSearch {
  /** What the username or the display name starts with, in any case; absent or blank: everybody. */
  readonly prefix?: string | undefined;
  /** `next` of the page before; anything else is VALIDATION_FAILED. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** A page of people, by username. */
export interface UserPage {
  readonly items: readonly User[];
  /** Opaque; absent on the last page. */
  readonly next?: string;
}

/** What a person may change about themselves; `null` takes the avatar away. */
export interface ProfileChange {
  readonly displayName?: string | undefined;
  readonly avatarUrl?: string | null | undefined;
}

/** Who is who. Everything rejects with UNAVAILABLE when the directory can't be asked. */
export abstract class UserDirectory {
  /** The profiles of those that exist, up to a minute old on other nodes than the one that changed them. One statement for any number. */
  abstract profiles(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, User>>;

  /** Those that exist, as they are in the directory at this moment, whatever was kept of them. */
  abstract current(userIds: readonly UserId[]): Promise<readonly User[]>;

  /** Those of the ids that are nobody's. */
  abstract missing(userIds: readonly UserId[]): Promise<readonly UserId[]>;

  /** People by the start of their names. */
  abstract find(search: UserSearch): Promise<UserPage>;

  /** Changes a profile and answers the new one; USER_NOT_FOUND when there is none. */
  abstract change(userId: UserId, change: ProfileChange): Promise<User>;
}
