import { z } from 'zod';
import { UserIdSchema } from '@agent-chat/contracts';
import { type Principal } from './authenticator';

/** What a token is good for. A token of one purpose is never taken for the other. */
export type TokenPurpose = 'access' | 'ticket';

/** `typ` and `aud` of each purpose; either alone keeps them apart (RFC 8725, 3.11 and 3.12). */
export const PURPOSES: Readonly<Record<TokenPurpose, { readonly typ: string; readonly audience: string }>> = {
  access: { typ: 'at+jwt', audience: 'agent-chat' },
  ticket: { typ: 'ticket+jwt', audience: 'agent-chat/events' },
};

/** Longer texts are refused before anything looks into them. */
export const MAX_TOKEN_CHARS = 8_192;

const claimsSchema = z.object({
  sub: UserIdSchema,
  sid: z.string().min(1).max(600),
  roles: z.array(z.string()),
  exp: z.number(),
});

/** The claims of a verified token as a principal; undefined when some are missing. */
export function principalOf(claims: unknown): Principal | undefined {
  const parsed = claimsSchema.safeParse(claims);
  if (!parsed.success) return undefined;
  const { sub, sid, roles, exp } = parsed.data;
  return { userId: sub, sessionId: sid, roles, expiresAtMs: exp * 1_000 };
}
