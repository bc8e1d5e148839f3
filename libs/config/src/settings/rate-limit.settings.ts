import { z } from 'zod';
import { setting } from '../setting';
import { parseJson } from '../setting-kinds';

const ruleSchema = z.strictObject({
  limit: z.int().min(1).max(1_000_000),
  windowMs: z.int().min(100).max(86_400_000),
});

/** `limit` calls at once, given back evenly over `windowMs`. */
export type RateLimitRule = z.output<typeof ruleSchema>;

/**
 * Limits that hold where `RATE_LIMITS` doesn't say otherwise. Those before log-in count by address, the others by user.
 * `socket.read` counts rooms: one for each in `room.subscribe`, for `events.fetch`, and for `typing.set`.
 */
export const DEFAULT_RATE_LIMITS = {
  'auth.register': { limit: 10, windowMs: 60_000 },
  'auth.login': { limit: 20, windowMs: 60_000 },
  'auth.refresh': { limit: 60, windowMs: 60_000 },
  'socket.connect': { limit: 60, windowMs: 60_000 },
  'socket.frame': { limit: 500, windowMs: 10_000 },
  'socket.read': { limit: 6_000, windowMs: 60_000 },
  'message.post': { limit: 100, windowMs: 10_000 },
  'room.create': { limit: 30, windowMs: 60_000 },
  'rest.read': { limit: 600, windowMs: 60_000 },
  'rest.write': { limit: 300, windowMs: 60_000 },
  'attachment.read': { limit: 3_000, windowMs: 60_000 },
  upload: { limit: 600, windowMs: 60_000 },
  'search.query': { limit: 60, windowMs: 60_000 },
} as const satisfies Record<string, RateLimitRule>;

/** What a rate limit counts. */
export type RateLimitName = keyof typeof DEFAULT_RATE_LIMITS;

/** A rule for every name; `off` is one that isn't limited. */
export type RateLimits = 'off' | Readonly<Record<RateLimitName, RateLimitRule | 'off'>>;

const names = z.enum(Object.keys(DEFAULT_RATE_LIMITS) as [RateLimitName, ...RateLimitName[]]);
const overridesSchema = z.partialRecord(names, z.union([z.literal('off'), ruleSchema]));

/** How often anyone may call. */
export const rateLimitSettings = z.object({
  RATE_LIMITS: setting<RateLimits>({
    description:
      'Limits on how often one address (of IPv6, its /64) or user may call; `socket.read` counts the rooms that are subscribed to, fetched or typed in over sockets: `off`, or JSON of those that differ, such as `{"message.post":{"limit":200,"windowMs":10000},"search.query":"off"}`.',
    fallback: DEFAULT_RATE_LIMITS,
    defaultText: JSON.stringify(DEFAULT_RATE_LIMITS),
    parse: (text) => (text === 'off' ? 'off' : { ...DEFAULT_RATE_LIMITS, ...parseJson(text, overridesSchema) }),
  }),
});
