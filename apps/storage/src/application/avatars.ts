import { type User } from '@agent-chat/contracts';
import { type UserId } from '@agent-chat/kernel';

/**
 * What is known of people's own pictures. A picture is noted, then stored, then taken: whatever dies in between, what is stored and nobody's is found again.
 * Every method rejects with UNAVAILABLE while the directory is away.
 */
export abstract class Avatars {
  /** A picture that is about to be stored; safe to repeat. Within an hour it has to be taken. */
  abstract note(userId: UserId, digest: string, sizeBytes: number): Promise<void>;
  /** Makes a picture that is stored the person's, in place of any other; resolves with their new profile. Rejects with USER_NOT_FOUND, or UNAVAILABLE where its note is gone: then it is to be stored again. */
  abstract take(userId: UserId, digest: string): Promise<User>;
  /** Its size, as long as it is the person's. */
  abstract sizeOf(userId: string, digest: string): Promise<number | undefined>;
  /**
   * Has `remove` take away those that are nobody's (any more), up to `limit`, and then forgets them: such as were replaced within an hour, all others within a day. Resolves with how
   * many. One whose removal fails stays. Of several processes each takes others.
   */
  abstract expire(limit: number, remove: (userId: string, digest: string) => Promise<void>): Promise<number>;
}

/** Where a person's picture lies. */
export function avatarKey(userId: string, digest: string): string {
  return `avatars/${userId}/${digest}`;
}
