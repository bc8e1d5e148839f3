import { z } from 'zod';
import { UserIdSchema } from '../primitives';

/** A person or a bot, as anybody may see them. */
export const User = z.object({
  userId: UserIdSchema,
  username: z.string(),
  displayName: z.string(),
  /** An `https` address, or a path of this server. */
  avatarUrl: z.string().optional(),
  bot: z.boolean(),
});
export type User = z.infer<typeof User>;

/** Under which name caches keep somebody's profile: whoever changes it has them forget it. */
export function profileKey(userId: string): string {
  return `user:${userId}`;
}

/** The caller, as only they see themselves. */
export const Me = User.extend({
  /** Global roles, such as `operator`. */
  roles: z.array(z.string()),
});
export type Me = z.infer<typeof Me>;
