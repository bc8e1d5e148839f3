import { IsoTimeSchema, User } from '@agent-chat/contracts';
import { z } from 'zod';

/** What opens or renews a session. */
export const SessionAnswer = z.object({ user: User, accessToken: z.string(), refreshToken: z.string(), expiresInSec: z.int() });

/** Opens one event stream where no header can be set. */
export const Ticket = z.object({ ticket: z.string(), expiresInSec: z.int() });

/** The caller's log-ins. */
export const SessionList = z.object({
  items: z.array(
    z.object({
      sessionId: z.string(),
      createdAt: IsoTimeSchema,
      refreshedAt: IsoTimeSchema,
      expiresAt: IsoTimeSchema,
      userAgent: z.string().optional(),
      address: z.string().optional(),
      current: z.boolean(),
    }),
  ),
});

/** Public keys (RFC 7517). */
export const KeySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

/** What OpenID Connect Discovery 1.0 asks of an issuer, as far as it applies. */
export const IssuerMetadata = z.object({ issuer: z.string(), jwks_uri: z.string() });
