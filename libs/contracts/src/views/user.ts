import { z } from 'zod';
import { UserIdSchema } from '../primitives';

/** A person or a bot, as anybody may see them. */
export const User = z.object({
  userId: UserIdSchema,
  username: z.string(),
  displayName: z.string(),
  avatarUrl: z.string().optional(),
  bot: z.boolean(),
});
export type User = z.infer<typeof User>;
